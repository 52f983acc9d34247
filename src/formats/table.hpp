// The table of formats: one row each, in the order of their GGUF numbers. Everything that Realm
// knows of a format's bytes is derived from its row: sizes, decoding, encoding, kernels' unpacking,
// docs/formats.md. To add a format, add its number to realm/format.hpp, a row here and golden bytes
// to tests/golden.
#pragma once

#include <cstddef>

#include "formats/layout.hpp"
#include "realm/format.hpp"

namespace realm {

enum class FormatKind : uint8_t {
  kFloat,   ///< floating-point elements: F32, F16, BF16
  kBlock,   ///< blocks of codes under a Layout
  kNumber,  ///< plain numbers that are not weights: I8 ... F64
};

struct FormatRow {
  Format format;
  const char* name;  ///< GGUF's
  FormatKind kind;
  Layout layout;
};

// Codebooks: one of near-normal values, and FP4 (E2M1) doubled.
constexpr Codebook kIq4Nl = {
    {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113}};
constexpr Codebook kE2m1 = {{0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12}};

// clang-format off
constexpr FormatRow kFormatTable[] = {
    {Format::kF32, "F32", FormatKind::kFloat, {.bytes = 4}},
    {Format::kF16, "F16", FormatKind::kFloat, {.bytes = 2}},

    {Format::kQ4_0, "Q4_0", FormatKind::kBlock,
     {.elems = 32, .bytes = 18, .group = 32, .lo = {2, 4, 32, 16, 16}, .bias = -8, .d_off = 0}},
    {Format::kQ4_1, "Q4_1", FormatKind::kBlock,
     {.elems = 32, .bytes = 20, .group = 32, .lo = {4, 4, 32, 16, 16}, .d_off = 0, .m_off = 2}},
    {Format::kQ5_0, "Q5_0", FormatKind::kBlock,
     {.elems = 32, .bytes = 22, .group = 32, .lo = {6, 4, 32, 16, 16}, .hi = {2, 1, 8, 1, 1},
      .bias = -16, .d_off = 0}},
    {Format::kQ5_1, "Q5_1", FormatKind::kBlock,
     {.elems = 32, .bytes = 24, .group = 32, .lo = {8, 4, 32, 16, 16}, .hi = {4, 1, 8, 1, 1},
      .d_off = 0, .m_off = 2}},
    {Format::kQ8_0, "Q8_0", FormatKind::kBlock,
     {.elems = 32, .bytes = 34, .group = 32, .lo = {2, 8, 32, 32, 32}, .code = CodeKind::kSigned,
      .d_off = 0}},
    {Format::kQ8_1, "Q8_1", FormatKind::kBlock,
     {.elems = 32, .bytes = 36, .group = 32, .lo = {4, 8, 32, 32, 32}, .code = CodeKind::kSigned,
      .d_off = 0, .sums = StoredSums::kHalf, .sums_off = 2}},

    {Format::kQ2_K, "Q2_K", FormatKind::kBlock,
     {.elems = 256, .bytes = 84, .group = 16, .lo = {16, 2, 128, 32, 32},
      .sub_scales = SubScales::kNibbles, .scales_off = 0, .d_off = 80, .m_off = 82, .m_is_negated = true}},
    {Format::kQ3_K, "Q3_K", FormatKind::kBlock,
     {.elems = 256, .bytes = 110, .group = 16, .lo = {32, 2, 128, 32, 32},
      .hi = {0, 1, 256, 32, 32}, .bias = -4,
      .sub_scales = SubScales::kSplit6, .scale_lo = {96, 4, 16, 8, 8},
      .scale_hi = {104, 2, 16, 4, 4}, .d_off = 108}},
    {Format::kQ4_K, "Q4_K", FormatKind::kBlock,
     {.elems = 256, .bytes = 144, .group = 32, .lo = {16, 4, 64, 32, 32},
      .sub_scales = SubScales::kK4, .scales_off = 4, .d_off = 0, .m_off = 2,
      .m_is_negated = true}},
    {Format::kQ5_K, "Q5_K", FormatKind::kBlock,
     {.elems = 256, .bytes = 176, .group = 32, .lo = {48, 4, 64, 32, 32},
      .hi = {16, 1, 256, 32, 32},
      .sub_scales = SubScales::kK4, .scales_off = 4, .d_off = 0, .m_off = 2,
      .m_is_negated = true}},
    {Format::kQ6_K, "Q6_K", FormatKind::kBlock,
     {.elems = 256, .bytes = 210, .group = 16, .lo = {0, 4, 128, 64, 64},
      .hi = {128, 2, 128, 32, 32}, .bias = -32,
      .sub_scales = SubScales::kInt8, .scales_off = 192, .d_off = 208}},
    {Format::kQ8_K, "Q8_K", FormatKind::kBlock,
     {.elems = 256, .bytes = 292, .group = 256, .lo = {4, 8, 256, 256, 256},
      .code = CodeKind::kSigned, .d_off = 0, .d_kind = BlockScale::kSingle,
      .sums = StoredSums::kInt16Per16, .sums_off = 260}},

    {Format::kIQ4_NL, "IQ4_NL", FormatKind::kBlock,
     {.elems = 32, .bytes = 18, .group = 32, .lo = {2, 4, 32, 16, 16}, .code = CodeKind::kBook,
      .book = kIq4Nl, .d_off = 0}},
    {Format::kIQ4_XS, "IQ4_XS", FormatKind::kBlock,
     {.elems = 256, .bytes = 136, .group = 32, .lo = {8, 4, 32, 16, 16}, .code = CodeKind::kBook,
      .book = kIq4Nl, .sub_scales = SubScales::kSplit6, .scale_lo = {4, 4, 2, 1, 1},
      .scale_hi = {2, 2, 4, 1, 1}, .d_off = 0}},

    {Format::kI8, "I8", FormatKind::kNumber, {.bytes = 1}},
    {Format::kI16, "I16", FormatKind::kNumber, {.bytes = 2}},
    {Format::kI32, "I32", FormatKind::kNumber, {.bytes = 4}},
    {Format::kI64, "I64", FormatKind::kNumber, {.bytes = 8}},
    {Format::kF64, "F64", FormatKind::kNumber, {.bytes = 8}},
    {Format::kBF16, "BF16", FormatKind::kFloat, {.bytes = 2}},

    {Format::kMXFP4, "MXFP4", FormatKind::kBlock,
     {.elems = 32, .bytes = 17, .group = 32, .lo = {1, 4, 32, 16, 16}, .code = CodeKind::kBook,
      .book = kE2m1, .d_off = 0, .d_kind = BlockScale::kE8m0}},
};
// clang-format on

/// The row of `format`. Always found: the enum and the table are the same list.
REALM_HD constexpr const FormatRow& row_of(Format format) {
  size_t i = 0;
  while (kFormatTable[i].format != format) ++i;
  return kFormatTable[i];
}

/// `constexpr Layout kQ4K = layout_of(Format::kQ4_K);` is how a kernel gets at its format.
REALM_HD constexpr Layout layout_of(Format format) { return row_of(format).layout; }

/// True for formats whose elements are float values: those that a weight can have.
REALM_HD constexpr bool is_decodable(Format format) {
  return row_of(format).kind != FormatKind::kNumber;
}

// A row that misstates its size cannot compile: GGUF's block sizes, and every field inside them.
static_assert(layout_of(Format::kQ4_0).bytes == 2 + 16);
static_assert(layout_of(Format::kQ4_1).bytes == 2 + 2 + 16);
static_assert(layout_of(Format::kQ5_0).bytes == 2 + 4 + 16);
static_assert(layout_of(Format::kQ5_1).bytes == 2 + 2 + 4 + 16);
static_assert(layout_of(Format::kQ8_0).bytes == 2 + 32);
static_assert(layout_of(Format::kQ8_1).bytes == 2 + 2 + 32);
static_assert(layout_of(Format::kQ2_K).bytes == 16 + 64 + 2 + 2);
static_assert(layout_of(Format::kQ3_K).bytes == 32 + 64 + 12 + 2);
static_assert(layout_of(Format::kQ4_K).bytes == 2 + 2 + 12 + 128);
static_assert(layout_of(Format::kQ5_K).bytes == 2 + 2 + 12 + 32 + 128);
static_assert(layout_of(Format::kQ6_K).bytes == 128 + 64 + 16 + 2);
static_assert(layout_of(Format::kQ8_K).bytes == 4 + 256 + 2 * 16);
static_assert(layout_of(Format::kIQ4_NL).bytes == 2 + 16);
static_assert(layout_of(Format::kIQ4_XS).bytes == 2 + 2 + 4 + 128);
static_assert(layout_of(Format::kMXFP4).bytes == 1 + 16);

namespace table_detail {

constexpr uint32_t plane_bytes(const Plane& plane, uint32_t elems) {
  return plane.bits == 0 ? 0u : elems / plane.period * plane.stride;
}

constexpr uint32_t sub_scale_bytes(const Layout& layout) {
  const uint32_t groups = uint32_t{layout.elems} / layout.group;
  switch (layout.sub_scales) {
    case SubScales::kNone:
      return 0;
    case SubScales::kNibbles:
    case SubScales::kInt8:
      return groups;
    case SubScales::kSplit6:
      return groups * 6 / 8;
    case SubScales::kK4:
      return groups * 12 / 8;
  }
  return 0;
}

constexpr uint32_t sums_bytes(const Layout& layout) {
  switch (layout.sums) {
    case StoredSums::kNone:
      return 0;
    case StoredSums::kHalf:
      return 2;
    case StoredSums::kInt16Per16:
      return uint32_t{layout.elems} / 16 * 2;
  }
  return 0;
}

// The fields of a block add up to its bytes.
constexpr bool fields_fill_block(const Layout& layout) {
  const uint32_t d = bytes_of(layout.d_kind);
  const uint32_t m = has_min(layout) ? 2 : 0;
  return plane_bytes(layout.lo, layout.elems) + plane_bytes(layout.hi, layout.elems) +
             sub_scale_bytes(layout) + d + m + sums_bytes(layout) ==
         layout.bytes;
}

constexpr bool every_block_is_filled() {
  for (const FormatRow& row : kFormatTable) {
    if (row.kind == FormatKind::kBlock && !fields_fill_block(row.layout)) return false;
  }
  return true;
}
static_assert(every_block_is_filled());

// A codebook is looked up with 4 bits, and groups that share a book's codes have no min.
constexpr bool every_book_is_used() {
  for (const FormatRow& row : kFormatTable) {
    const bool has_book = row.layout.code == CodeKind::kBook;
    if (has_book && (code_bits(row.layout) != 4 || has_min(row.layout))) return false;
  }
  return true;
}
static_assert(every_book_is_used());

}  // namespace table_detail
}  // namespace realm
