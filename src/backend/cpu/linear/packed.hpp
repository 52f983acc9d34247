// How a weight lies packed: the arithmetic that packer and kernels share.
//
// W rows of the weight are a tile (the last tile is filled with zeros); tiles lie one after the
// other, and each is one stream that a kernel reads from front to back:
//   tile   = the file's blocks, of all rows at once; with headers beside their codes, because a
//            second stream of headers halves the speed at which a core reads from memory
//   block  = header, then the codes of each 32 columns
//   header = [field][W rows]: d, m, then per group scale bytes (and min bytes), then stored sums
//   codes  = per plane of the format as many vectors as an element has bits there
// A vector holds 4 bytes of every row. Eight quads (4 columns of every row) make 32 columns; a
// plane of b bits keeps quad q in vector q % b, b * (q / b) bits up:
//   4 bits, vector 0:  byte t of row r = column t (low nibble), column 16 + t (high nibble)
// so a shift and a mask give the operand of a dot-product instruction. Packed sub-scales are bytes:
// 6-bit ones grow by 2 to 4 % of the weight, everything else keeps its size.
// Plain formats: [column][W rows] elements; bfloat16 [pair of columns][W rows][2], an odd last
// column beside zeros: 4 bytes of a row are an operand of dot products of pairs.
//
// Shared with kernel sources: always inlined, no other code.
#pragma once

#include <cstdint>

#include "formats/table.hpp"

namespace realm::cpu {

constexpr uint32_t kBlock = 32;  ///< columns that share an activation scale

REALM_HD constexpr uint32_t d_bytes(const Layout& l) { return bytes_of(l.d_kind); }
REALM_HD constexpr uint32_t m_bytes(const Layout& l) { return has_min(l) ? 2 : 0; }
/// Groups of a block that have integer scales of their own.
REALM_HD constexpr uint32_t sub_groups(const Layout& l) {
  return l.sub_scales == SubScales::kNone ? 0 : uint32_t{l.elems} / l.group;
}
/// Packed bytes of a group's integer scale and min: a byte each, or both in one as nibbles.
REALM_HD constexpr uint32_t sub_bytes(const Layout& l) {
  return l.sub_scales == SubScales::kK4 ? 2 : 1;
}
REALM_HD constexpr uint32_t stored_sum_bytes(const Layout& l) {
  if (l.sums == StoredSums::kNone) return 0;
  return l.sums == StoredSums::kHalf ? 2 : uint32_t{l.elems} / 16 * 2;
}

// Offsets of a header's fields and its size.
REALM_HD constexpr uint32_t m_at(const Layout& l, uint32_t w) { return w * d_bytes(l); }
REALM_HD constexpr uint32_t subs_at(const Layout& l, uint32_t w) {
  return m_at(l, w) + w * m_bytes(l);
}
/// Where min bytes of their own begin (SubScales::kK4).
REALM_HD constexpr uint32_t sub_mins_at(const Layout& l, uint32_t w) {
  return subs_at(l, w) + w * sub_groups(l);
}
REALM_HD constexpr uint32_t stored_sums_at(const Layout& l, uint32_t w) {
  return subs_at(l, w) + w * sub_groups(l) * sub_bytes(l);
}
REALM_HD constexpr uint32_t header_bytes(const Layout& l, uint32_t w) {
  return stored_sums_at(l, w) + w * stored_sum_bytes(l);
}

/// Bytes of the codes of 32 columns.
REALM_HD constexpr uint32_t codes_bytes(const Layout& l, uint32_t w) {
  return w * 4 * code_bits(l);
}
/// Bytes of a block of all rows of a tile.
REALM_HD constexpr uint32_t packed_block_bytes(const Layout& l, uint32_t w) {
  return header_bytes(l, w) + l.elems / kBlock * codes_bytes(l, w);
}

/// Columns of a plain format that lie together.
REALM_HD constexpr uint32_t plain_unit(Format format) { return format == Format::kBF16 ? 2 : 1; }

/// Bytes of a tile of `k` columns.
REALM_HD constexpr uint64_t tile_bytes(const FormatRow& row, uint32_t w, uint64_t k) {
  const uint32_t unit = plain_unit(row.format);
  if (row.kind == FormatKind::kFloat) return (k + unit - 1) / unit * unit * w * row.layout.bytes;
  return k / row.layout.elems * packed_block_bytes(row.layout, w);
}

/// What kernels of a format read of an activation row.
enum Planes : uint32_t {
  kFloats = 1,     ///< the values themselves
  kCodes = 2,      ///< int8 codes, and scales
  kStarts = 4,     ///< -(sum of codes), per 32
  kSums = 8,       ///< scale * (sum of codes), per 32
  kStarts16 = 16,  ///< the same per 16
  kSums16 = 32,
  kPairs = 64,  ///< codes of Activations::kInt16Block32: two columns a row, the fine one second
  kBrainFloats = 128,  ///< the values rounded to bfloat16, as floats
  kBrainPairs = 256,   ///< and as pairs of bfloat16
  kWide = 512,         ///< codes as int16, and scales
};

/// Least power of two that makes the numbers of a codebook unsigned when it is added to them.
REALM_HD constexpr int32_t book_offset(const Codebook& book) {
  int32_t offset = 1;
  for (const int8_t code : book.at) {
    while (offset + code < 0) offset *= 2;
  }
  return offset;
}

/// What is taken off every code of a product: the format's bias, or what makes signed bytes and
/// codebooks unsigned where the instruction wants that (`offset_bytes`). Codebooks of small numbers
/// are unsigned everywhere, because they leave room for more than one product in 16 bits.
REALM_HD constexpr int32_t code_offset(const Layout& l, bool offset_bytes) {
  if (l.code == CodeKind::kSigned) return offset_bytes ? 128 : 0;
  if (l.code == CodeKind::kBook) {
    const int32_t offset = book_offset(l.book);
    return offset_bytes || offset <= 32 ? offset : 0;
  }
  return -int32_t{l.bias};
}

/// Codes of a product are signed bytes.
REALM_HD constexpr bool has_signed_codes(const Layout& l, bool offset_bytes) {
  return l.code != CodeKind::kBiased && code_offset(l, offset_bytes) == 0;
}
/// The largest code of a product that has no signed ones.
REALM_HD constexpr int32_t max_code(const Layout& l, bool offset_bytes) {
  if (l.code != CodeKind::kBook) return (1 << code_bits(l)) - 1;
  int32_t largest = 0;
  for (const int8_t code : l.book.at) largest = code > largest ? code : largest;
  return largest + code_offset(l, offset_bytes);
}

/// Least and largest integer scale of a group.
struct SubRange {
  int32_t low = 1;
  int32_t high = 1;
};
REALM_HD constexpr SubRange sub_range(const Layout& l) {
  switch (l.sub_scales) {
    case SubScales::kNibbles:
      return {0, 15};
    case SubScales::kSplit6:
      return {-32, 31};
    case SubScales::kK4:
      return {0, 63};
    case SubScales::kInt8:
      return {-128, 127};
    case SubScales::kNone:
      break;
  }
  return {};
}

/// Bound of a sum over 32 columns of |integer scale * code * activation code|.
REALM_HD constexpr int64_t largest_scaled_sum(const Layout& l) {
  int32_t code = 0;
  if (l.code == CodeKind::kBook) {
    for (const int8_t c : l.book.at) code = c > code ? c : -c > code ? -c : code;
  } else if (l.code == CodeKind::kSigned) {
    code = 128;
  } else {
    const int32_t top = (1 << code_bits(l)) - 1 + l.bias;
    code = top > -l.bias ? top : -l.bias;
  }
  const SubRange subs = sub_range(l);
  return int64_t{subs.high > -subs.low ? subs.high : -subs.low} * code * 127 * kBlock;
}

REALM_HD constexpr uint32_t planes_of(const FormatRow& row, bool offset_bytes) {
  if (row.kind == FormatKind::kFloat) return kFloats;
  const bool halves = row.layout.group == 16;
  uint32_t planes = kCodes;
  if (code_offset(row.layout, offset_bytes) != 0) planes |= halves ? kStarts16 : kStarts;
  if (has_min(row.layout)) planes |= halves ? kSums16 : kSums;
  return planes;
}

}  // namespace realm::cpu
