#include "quantize/convert.hpp"

#include <cmath>

#include "base/str.hpp"
#include "formats/decode.hpp"
#include "formats/encode.hpp"

namespace realm::quantization {
namespace {

// From here on binary16 rounds to infinity.
constexpr float kHalfLimit = 65520.0f;

// NaN and infinity are values that the plain formats have: only what they would turn into infinity
// is lost.
bool holds(Format format, float value) {
  if (info(format).block_elems > 1) return std::fabs(value) <= kLargestEncodable;
  if (format != Format::kF16) return true;
  return !(std::fabs(value) >= kHalfLimit) || std::isinf(value);
}

bool hold_all(Format format, std::span<const float> values) {
  if (format != Format::kF16) return true;  // encode_row() looks at what blocks hold
  float largest = 0;
  for (const float value : values) largest = std::fmax(largest, std::fabs(value));
  return largest < kHalfLimit;
}

Error cannot_hold(const gguf::TensorInfo& tensor, uint64_t element, float value, Format format) {
  const auto cols = static_cast<uint64_t>(tensor.shape.cols());
  return Error{Code::kInvalidArgument,
               str("tensor ", gguf::printable(tensor.name), ": row ", element / cols, ", column ",
                   element % cols, " is ", value, ", which ", info(format).name, " cannot hold")};
}

Result<void> encode(const gguf::TensorInfo& tensor, uint64_t first, std::span<const float> values,
                    Format to, std::span<std::byte> out) {
  const bool fits = hold_all(to, values);
  Result<void> encoded;
  if (fits) encoded = encode_row(to, values, out);
  if (fits && encoded) return {};
  for (size_t i = 0; i < values.size(); ++i) {
    if (!holds(to, values[i])) return cannot_hold(tensor, first + i, values[i], to);
  }
  if (fits) return Error(encoded.error()).in(gguf::place_of(tensor));
  return encode_row(to, values, out);  // infinities that were there before
}

}  // namespace

Result<void> convert(const gguf::File& file, const Stretch& stretch, Format to,
                     gguf::Writer& writer, Buffers& buffers) {
  const gguf::TensorInfo& tensor = file.tensors()[stretch.tensor];
  const auto at = [&](Format format, uint64_t elems) { return *row_bytes(format, elems); };
  const uint64_t in_offset = at(tensor.format, stretch.first);
  const uint64_t in_bytes = at(tensor.format, stretch.elems);
  if (tensor.format == to) {
    buffers.in.resize(in_bytes);
    REALM_TRY(file.read_bytes(tensor, in_offset, buffers.in));
    return writer.write_at(stretch.tensor, in_offset, buffers.in);
  }
  buffers.values.resize(stretch.elems);
  if (tensor.format == Format::kF32) {
    REALM_TRY(
        file.read_bytes(tensor, in_offset, std::as_writable_bytes(std::span(buffers.values))));
  } else {
    buffers.in.resize(in_bytes);
    REALM_TRY(file.read_bytes(tensor, in_offset, buffers.in));
    REALM_TRY(decode_row(tensor.format, buffers.in, buffers.values));
  }
  if (to == Format::kF32) {
    return writer.write_at(stretch.tensor, at(to, stretch.first),
                           std::as_bytes(std::span(buffers.values)));
  }
  buffers.out.resize(at(to, stretch.elems));
  REALM_TRY(encode(tensor, stretch.first, buffers.values, to, buffers.out));
  return writer.write_at(stretch.tensor, at(to, stretch.first), buffers.out);
}

}  // namespace realm::quantization
