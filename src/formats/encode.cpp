#include "formats/encode.hpp"

#include <cmath>
#include <cstring>

#include "base/half.hpp"
#include "base/str.hpp"
#include "formats/encode_block.hpp"
#include "formats/visit.hpp"

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

void encode_plain(Format format, std::span<const float> values, uint8_t* out) {
  if (format == Format::kF16) return encode_16_bit(values, out, float_to_half);
  if (format == Format::kBF16) return encode_16_bit(values, out, float_to_bfloat16);
  if (!values.empty()) std::memcpy(out, values.data(), values.size_bytes());
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
  auto* out = reinterpret_cast<uint8_t*>(bytes.data());
  const bool blocks =
      visit_block_format(format, [&]<Format kFormat>() { encode_blocks<kFormat>(values, out); });
  if (!blocks) encode_plain(format, values, out);
  return {};
}

}  // namespace realm
