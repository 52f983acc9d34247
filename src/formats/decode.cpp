#include "formats/decode.hpp"

#include <cstring>

#include "base/half.hpp"
#include "base/str.hpp"
#include "formats/visit.hpp"

namespace realm {
namespace {

template <Format kFormat>
void decode_blocks(const uint8_t* block, std::span<float> out) {
  constexpr Layout kLayout = layout_of(kFormat);
  for (size_t first = 0; first < out.size(); first += kLayout.elems, block += kLayout.bytes) {
    float* y = out.data() + first;
    for (uint32_t i = 0; i < kLayout.elems; i += 4) {
      const ScaleMin s = scale_min(kLayout, block, i / kLayout.group);
      const uint32_t raw = codes4(kLayout, block, i);
      for (uint32_t k = 0; k < 4; ++k) {
        const float scaled = s.scale * static_cast<float>(code_of(kLayout, raw >> (8 * k) & 255u));
        y[i + k] = has_min(kLayout) ? scaled + s.min : scaled;
      }
    }
  }
}

template <class Convert>
void decode_16_bit(const uint8_t* bytes, std::span<float> out, Convert convert) {
  for (size_t i = 0; i < out.size(); ++i) {
    uint16_t bits;
    std::memcpy(&bits, bytes + 2 * i, sizeof bits);
    out[i] = convert(bits);
  }
}

void decode_plain(Format format, const uint8_t* bytes, std::span<float> out) {
  // Lambdas, and without branches inside, so that compilers make vectors of the loops.
  if (format == Format::kF16) {
    return decode_16_bit(bytes, out, [](uint16_t bits) { return half_of_bits(bits); });
  }
  if (format == Format::kBF16) {
    return decode_16_bit(bytes, out, [](uint16_t bits) { return bfloat16_to_float(bits); });
  }
  if (!out.empty()) std::memcpy(out.data(), bytes, out.size_bytes());
}

}  // namespace

Result<void> decode_row(Format format, std::span<const std::byte> bytes, std::span<float> out) {
  if (!is_decodable(format)) {
    return Error{Code::kUnsupported, str("format ", info(format).name, " has no float values")};
  }
  const auto expected = row_bytes(format, out.size());
  if (expected != bytes.size()) {
    return Error{Code::kInvalidArgument, str(bytes.size(), " bytes are not a row of ", out.size(),
                                             " elements of ", info(format).name)};
  }
  const auto* first = reinterpret_cast<const uint8_t*>(bytes.data());
  const bool blocks =
      visit_block_format(format, [&]<Format kFormat>() { decode_blocks<kFormat>(first, out); });
  if (!blocks) decode_plain(format, first, out);
  return {};
}

}  // namespace realm
