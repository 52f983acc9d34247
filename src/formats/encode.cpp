#include "formats/encode.hpp"

#include <cmath>
#include <cstring>

#include "base/half.hpp"
#include "base/str.hpp"
#include "formats/encode_block.hpp"

namespace realm {
namespace {

template <Format kFormat>
void encode_blocks(std::span<const float> values, uint8_t* out) {
  constexpr Layout kLayout = layout_of(kFormat);
  for (size_t first = 0; first < values.size(); first += kLayout.elems, out += kLayout.bytes) {
    BlockEncoder<kFormat>::encode(values.data() + first, out);
  }
}

template <class Convert>
void encode_16_bit(std::span<const float> values, uint8_t* out, Convert convert) {
  for (size_t i = 0; i < values.size(); ++i) put_u16(out + 2 * i, convert(values[i]));
}

Result<void> check_values(std::span<const float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::fabs(values[i]) <= kLargestEncodable) continue;  // false for NaN
    return Error{Code::kInvalidArgument,
                 str("element ", i, " is ", values[i], ", which no block format can hold")};
  }
  return {};
}

void encode_checked(Format format, std::span<const float> values, uint8_t* out) {
  switch (format) {
    case Format::kF32:
      if (!values.empty()) std::memcpy(out, values.data(), values.size_bytes());
      return;
    case Format::kF16:
      return encode_16_bit(values, out, float_to_half);
    case Format::kBF16:
      return encode_16_bit(values, out, float_to_bfloat16);
    case Format::kQ4_0:
      return encode_blocks<Format::kQ4_0>(values, out);
    case Format::kQ4_1:
      return encode_blocks<Format::kQ4_1>(values, out);
    case Format::kQ5_0:
      return encode_blocks<Format::kQ5_0>(values, out);
    case Format::kQ5_1:
      return encode_blocks<Format::kQ5_1>(values, out);
    case Format::kQ8_0:
      return encode_blocks<Format::kQ8_0>(values, out);
    case Format::kQ8_1:
      return encode_blocks<Format::kQ8_1>(values, out);
    case Format::kQ2_K:
      return encode_blocks<Format::kQ2_K>(values, out);
    case Format::kQ3_K:
      return encode_blocks<Format::kQ3_K>(values, out);
    case Format::kQ4_K:
      return encode_blocks<Format::kQ4_K>(values, out);
    case Format::kQ5_K:
      return encode_blocks<Format::kQ5_K>(values, out);
    case Format::kQ6_K:
      return encode_blocks<Format::kQ6_K>(values, out);
    case Format::kQ8_K:
      return encode_blocks<Format::kQ8_K>(values, out);
    case Format::kI8:
    case Format::kI16:
    case Format::kI32:
    case Format::kI64:
    case Format::kF64:
      return;
  }
}

}  // namespace

Result<void> encode_row(Format format, std::span<const float> values, std::span<std::byte> bytes) {
  if (!is_decodable(format)) {
    return Error{Code::kUnsupported, str("format ", info(format).name, " has no float values")};
  }
  if (row_bytes(format, values.size()) != bytes.size()) {
    return Error{Code::kInvalidArgument, str(bytes.size(), " bytes are not a row of ",
                                             values.size(), " elements of ", info(format).name)};
  }
  if (row_of(format).kind == FormatKind::kBlock) REALM_TRY(check_values(values));
  encode_checked(format, values, reinterpret_cast<uint8_t*>(bytes.data()));
  return {};
}

}  // namespace realm
