// Element and block formats of tensors, by the names and numbers of the GGUF specification.
// Layouts (where the bits are) live in src/formats; docs/formats.md is generated from them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace realm {

/// The numeric value is GGUF's `ggml_type`.
enum class Format : uint32_t {
  kF32 = 0,
  kF16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ8_1 = 9,
  kQ2_K = 10,
  kQ3_K = 11,
  kQ4_K = 12,
  kQ5_K = 13,
  kQ6_K = 14,
  kQ8_K = 15,
  kIQ4_NL = 20,
  kIQ4_XS = 23,
  kI8 = 24,
  kI16 = 25,
  kI32 = 26,
  kI64 = 27,
  kF64 = 28,
  kBF16 = 30,
  kMXFP4 = 39,
};

/// What a reader must know of a format: `block_elems` consecutive elements of a row take
/// `block_bytes` bytes. Plain formats have blocks of one element.
struct FormatInfo {
  Format format;
  std::string_view name;  ///< GGUF's name, upper case: "Q4_K"
  uint32_t block_elems;
  uint32_t block_bytes;
};

/// Every format of this build, in the order of their numbers; ends are pointers into static data.
const FormatInfo* formats_begin();
const FormatInfo* formats_end();

/// The row of `format`. Always found: the enum and the table are the same list.
const FormatInfo& info(Format format);

/// The format with GGUF number `gguf_type`, or nullptr when this build does not have it.
const FormatInfo* find_format(uint32_t gguf_type);

/// The format called `name` (any case), or nullptr.
const FormatInfo* find_format(std::string_view name);

/// The name that the GGUF specification gives a type number, known to this build or not;
/// "unknown" outside the specification. For error messages.
std::string_view gguf_type_name(uint32_t gguf_type);

/// Bytes of a row of `elems` elements; empty when blocks do not divide it or it overflows.
std::optional<uint64_t> row_bytes(Format format, uint64_t elems);

}  // namespace realm
