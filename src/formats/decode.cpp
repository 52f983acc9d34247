#include "formats/decode.hpp"

#include <cstring>

#include "base/half.hpp"
#include "base/str.hpp"

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
    out[i] = convert(static_cast<uint16_t>(load_u16(bytes + 2 * i)));
  }
}

void decode_checked(Format format, const uint8_t* bytes, std::span<float> out) {
  switch (format) {
    case Format::kF32:
      if (!out.empty()) std::memcpy(out.data(), bytes, out.size_bytes());
      return;
    case Format::kF16:
      return decode_16_bit(bytes, out, half_to_float);
    case Format::kBF16:
      return decode_16_bit(bytes, out, bfloat16_to_float);
    case Format::kQ4_0:
      return decode_blocks<Format::kQ4_0>(bytes, out);
    case Format::kQ4_1:
      return decode_blocks<Format::kQ4_1>(bytes, out);
    case Format::kQ5_0:
      return decode_blocks<Format::kQ5_0>(bytes, out);
    case Format::kQ5_1:
      return decode_blocks<Format::kQ5_1>(bytes, out);
    case Format::kQ8_0:
      return decode_blocks<Format::kQ8_0>(bytes, out);
    case Format::kQ8_1:
      return decode_blocks<Format::kQ8_1>(bytes, out);
    case Format::kQ2_K:
      return decode_blocks<Format::kQ2_K>(bytes, out);
    case Format::kQ3_K:
      return decode_blocks<Format::kQ3_K>(bytes, out);
    case Format::kQ4_K:
      return decode_blocks<Format::kQ4_K>(bytes, out);
    case Format::kQ5_K:
      return decode_blocks<Format::kQ5_K>(bytes, out);
    case Format::kQ6_K:
      return decode_blocks<Format::kQ6_K>(bytes, out);
    case Format::kQ8_K:
      return decode_blocks<Format::kQ8_K>(bytes, out);
    case Format::kI8:
    case Format::kI16:
    case Format::kI32:
    case Format::kI64:
    case Format::kF64:
      return;
  }
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
  decode_checked(format, reinterpret_cast<const uint8_t*>(bytes.data()), out);
  return {};
}

}  // namespace realm
