#include "formats/encode.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/half.hpp"
#include "base/str.hpp"
#include "formats/fit/batch.hpp"
#include "formats/pack.hpp"
#include "formats/visit.hpp"

namespace realm {
namespace {

// Group `lane` of a batch: codes, sub-scale and sums, into its block of zeros.
template <Format kFormat>
void store_group(const fit::Fitted& fitted, uint32_t lane, uint32_t group, uint8_t* block) {
  constexpr Layout kLayout = layout_of(kFormat);
  const uint32_t first = group * kLayout.group;
  for (uint32_t i = 0; i < kLayout.group; i += 4) {
    put_codes4(kLayout, block, first + i, fitted.raw[i / 4][lane]);
  }
  if constexpr (kLayout.sub_scales != SubScales::kNone) {
    const float min = has_min(kLayout) ? fitted.sub_min[lane] : 0.0f;
    put_sub_scale(kLayout, block, group,
                  {static_cast<int32_t>(fitted.sub_scale[lane]), static_cast<int32_t>(min)});
  }
  float sum = 0;
  for (uint32_t i = 0; kLayout.sums != StoredSums::kNone && i < kLayout.group; i += 16) {
    const float part = fitted.sums[i / 16][lane];
    sum += part;
    if constexpr (kLayout.sums == StoredSums::kInt16Per16) {
      put_u16(block + kLayout.sums_off + (first + i) / 8,
              static_cast<uint32_t>(static_cast<int32_t>(part)));
    }
  }
  if constexpr (kLayout.sums == StoredSums::kHalf) {
    put_u16(block + kLayout.sums_off, to_finite_half(fitted.d[lane] * sum));
  }
}

template <Format kFormat>
void encode_blocks(std::span<const float> values, uint8_t* out) {
  constexpr Layout kLayout = layout_of(kFormat);
  constexpr size_t kBatch = size_t{fit::kLanes} * kLayout.group;
  const fit::Fit fit = fit::fit_kernels().at[0]->fit[static_cast<uint32_t>(kFormat)];
  fit::Fitted fitted;
  for (size_t first = 0; first < values.size(); first += kBatch) {
    const size_t count = std::min(kBatch, values.size() - first);
    const float* from = values.data() + first;
    float padded[kBatch];
    if (count < kBatch) {
      std::fill(std::copy_n(from, count, padded), padded + kBatch, 0.0f);
      from = padded;
    }
    fit(from, fitted);
    uint32_t lane = 0;
    for (size_t i = 0; i < count; i += kLayout.elems, out += kLayout.bytes) {
      std::memset(out, 0, kLayout.bytes);
      put_block_scale(kLayout, out, fitted.d[lane], has_min(kLayout) ? fitted.m[lane] : 0.0f);
      for (uint32_t g = 0; g < uint32_t{kLayout.elems} / kLayout.group; ++g, ++lane) {
        store_group<kFormat>(fitted, lane, g, out);
      }
    }
  }
}

// All ones where `condition` holds. Masks, because compilers make branches of choices.
inline uint32_t mask_of(bool condition) { return 0u - static_cast<uint32_t>(condition); }

// float_to_half() without branches, so that compilers make vectors of a loop.
inline uint16_t half_of(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t magnitude = bits & 0x7fffffffu;
  // From 2^-14: the mantissa rounded to 10 bits, to even; a carry moves on to the exponent.
  const uint32_t normal = ((magnitude + 0xfffu + (magnitude >> 13 & 1u)) >> 13) - (112u << 10);
  // Below: the addition leaves multiples of 2^-24.
  const float shifted = std::fabs(value) + 0.5f;
  const uint32_t small = std::bit_cast<uint32_t>(shifted) - 0x3f000000u;
  const uint32_t is_small = mask_of(magnitude < 0x38800000u);
  const uint32_t is_large = mask_of(magnitude >= 0x477ff000u);  // rounds to infinity, or is it
  const uint32_t is_nan = mask_of(magnitude > 0x7f800000u);
  const uint32_t number =
      (small & is_small) | (normal & ~(is_small | is_large)) | (0x7c00u & is_large);
  const uint32_t nan = (0x200u | (bits >> 13 & 0x3ffu)) & is_nan;
  return static_cast<uint16_t>(number | nan | (bits >> 16 & 0x8000u));
}

template <class Convert>
void encode_16_bit(std::span<const float> values, uint8_t* out, Convert convert) {
  for (size_t i = 0; i < values.size(); ++i) {
    const uint16_t bits = convert(values[i]);
    std::memcpy(out + 2 * i, &bits, sizeof bits);
  }
}

Result<void> check_values(std::span<const float> values) {
  const auto fits = [](float v) { return std::fabs(v) <= kLargestEncodable; };  // no NaN does
  uint32_t misfits = 0;  // counted without a branch: this is a pass over all values
  for (const float v : values) misfits += fits(v) ? 0 : 1;
  if (misfits == 0) return {};
  const auto found = std::find_if_not(values.begin(), values.end(), fits);
  return Error{Code::kInvalidArgument, str("element ", found - values.begin(), " is ", *found,
                                           ", which no block format can hold")};
}

void encode_plain(Format format, std::span<const float> values, uint8_t* out) {
  if (format == Format::kF16) {
    return encode_16_bit(values, out, [](float v) { return half_of(v); });
  }
  if (format == Format::kBF16) {
    return encode_16_bit(values, out, [](float v) { return float_to_bfloat16(v); });
  }
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
