// Encoding of rows: chooses scales by search so that the sum of squared errors is small, and codes
// as the nearest ones.
#pragma once

#include <cstddef>
#include <span>

#include "formats/table.hpp"
#include "realm/error.hpp"

namespace realm {

/// Largest magnitude that a block format takes: that of its binary16 scales.
constexpr float kLargestEncodable = 65504.0f;

/// bytes = the row `values` in `format`: the same bytes on every machine, and every block's from
/// its own elements alone. Needs no alignment, allocates nothing. Errors: kInvalidArgument unless
/// `bytes` is exactly values.size() elements of `format`, or when (block formats) an element is not
/// a number of at most kLargestEncodable, by its index; kUnsupported unless is_decodable(format).
Result<void> encode_row(Format format, std::span<const float> values, std::span<std::byte> bytes);

}  // namespace realm
