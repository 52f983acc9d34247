// How keys and values are kept, on the host: what the references read and write, and what every
// device's rounding is defined by. F32, F16 and BF16 round to nearest even. Q8_0 and Q4_0 keep
// blocks of 32 elements of a head with one binary16 scale, all in float32 arithmetic, so that every
// device gets the same codes from the same floats:
//   Q8_0: scale = largest |x| / 127;            code = x * (1 / scale), at most 127 in magnitude
//   Q4_0: scale = x of the largest |x| / -8;    code = x * (1 / scale), from -8 to 7
// where the scale is rounded to binary16 first, and codes are rounded to nearest even. The first of
// equally large elements counts. A scale of 0 is +0 and has codes of 0. A block with an element
// that is no finite number, or whose scale is none, reads as NaN: its scale is NaN, its codes are
// 0.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "ops/op.hpp"

namespace realm {

/// Formats of caches, for people: "F32, F16, BF16, Q8_0, Q4_0".
bool is_cache_format(Format format);
std::string cache_format_names();

/// Why heads of `head_dim` elements cannot be kept in `format`; empty: they can.
std::string cache_format_misfit(Format format, int32_t head_dim);

/// Element `i` of rows of `format` at `base`.
double load_cached(Format format, const void* base, int64_t i);
/// Stores `x` from element `at` on; of block formats whole blocks.
void store_cached(Format format, void* base, int64_t at, std::span<const float> x);

/// Largest difference between an element and its rounding in a block format, in units of the
/// block's scale, for blocks whose scale is a normal number: half a code, and what the scale's own
/// rounding (2^-11) clips from the largest; of Q4_0 a whole code, where one end is missing.
double largest_rounding(Format format);

}  // namespace realm
