// Decoding of rows to float32: the definition of what a format's bytes mean.
#pragma once

#include <cstddef>
#include <span>

#include "formats/table.hpp"
#include "realm/error.hpp"

namespace realm {

/// out = the values of the row `bytes`, bit for bit as ggml decodes them. `bytes` needs no
/// alignment.
/// Errors: kInvalidArgument unless `bytes` is exactly out.size() elements of `format`,
/// kUnsupported unless is_decodable(format).
Result<void> decode_row(Format format, std::span<const std::byte> bytes, std::span<float> out);

}  // namespace realm
