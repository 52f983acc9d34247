#include "ops/cases/random_weight.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/half.hpp"

namespace realm {
namespace {

// A scale field of a block: where it lies (docs/formats.md) and the largest magnitude it is given,
// chosen so that scale * largest code is about 1.
struct ScaleField {
  Format format;
  size_t offset_bytes;
  bool single;  // float32 instead of binary16
  double largest;
};

constexpr ScaleField kScaleFields[] = {
    {Format::kQ4_0, 0, false, 1.0 / 8},
    {Format::kQ4_1, 0, false, 1.0 / 15},
    {Format::kQ4_1, 2, false, 0.5},
    {Format::kQ5_0, 0, false, 1.0 / 16},
    {Format::kQ5_1, 0, false, 1.0 / 31},
    {Format::kQ5_1, 2, false, 0.5},
    {Format::kQ8_0, 0, false, 1.0 / 127},
    {Format::kQ8_1, 0, false, 1.0 / 127},
    {Format::kQ8_1, 2, false, 1.0},  // the stored sum: no part of the value
    {Format::kQ2_K, 80, false, 1.0 / (15 * 3)},
    {Format::kQ2_K, 82, false, 1.0 / 15},
    {Format::kQ3_K, 108, false, 1.0 / (32 * 4)},
    {Format::kQ4_K, 0, false, 1.0 / (63 * 15)},
    {Format::kQ4_K, 2, false, 1.0 / 63},
    {Format::kQ5_K, 0, false, 1.0 / (63 * 31)},
    {Format::kQ5_K, 2, false, 1.0 / 63},
    {Format::kQ6_K, 208, false, 1.0 / (127 * 32)},
    {Format::kQ8_K, 0, true, 1.0 / 127},
};

// Mostly of full size, of either sign; now and then zero or (in binary16) subnormal.
double random_scale(Rng& rng, double largest) {
  const int64_t kind = rng.below(16);
  if (kind == 0) return 0.0;
  const double sign = rng.below(2) == 0 ? 1.0 : -1.0;
  if (kind == 1) return sign * rng.uniform(0.1, 1.0) * 0x1p-16;
  return sign * rng.uniform(0.25, 1.0) * largest;
}

void store_half(double value, std::byte* at) {
  const uint16_t bits = float_to_half(static_cast<float>(value));
  std::memcpy(at, &bits, sizeof bits);
}

void store_single(double value, std::byte* at) {
  const auto narrow = static_cast<float>(value);
  std::memcpy(at, &narrow, sizeof narrow);
}

void fill_plain(Rng& rng, Format format, std::span<std::byte> bytes) {
  const size_t step = info(format).block_bytes;
  for (size_t i = 0; i + step <= bytes.size(); i += step) {
    const int64_t kind = rng.below(32);
    double value = rng.gaussian() * 0.5;
    if (kind == 0) value = 0;
    if (kind == 1) value *= 0x1p-15;  // subnormal in binary16
    std::byte* at = bytes.data() + i;
    if (format == Format::kF32) {
      store_single(value, at);
    } else if (format == Format::kF16) {
      store_half(value, at);
    } else {
      const uint16_t bits = float_to_bfloat16(static_cast<float>(value));
      std::memcpy(at, &bits, sizeof bits);
    }
  }
}

constexpr std::array kWeightFormats = {
    Format::kF32,  Format::kF16,  Format::kBF16, Format::kQ4_0, Format::kQ4_1,
    Format::kQ5_0, Format::kQ5_1, Format::kQ8_0, Format::kQ8_1, Format::kQ2_K,
    Format::kQ3_K, Format::kQ4_K, Format::kQ5_K, Format::kQ6_K, Format::kQ8_K,
};

}  // namespace

std::span<const Format> weight_formats() { return kWeightFormats; }

void fill_random_weight(Rng& rng, Format format, std::span<std::byte> bytes) {
  if (!is_block_format(format)) return fill_plain(rng, format, bytes);
  for (std::byte& b : bytes) b = static_cast<std::byte>(rng.next() >> 56);
  for (const ScaleField& field : kScaleFields) {
    if (field.format != format) continue;
    for (size_t at = field.offset_bytes; at < bytes.size(); at += info(format).block_bytes) {
      const double scale = random_scale(rng, field.largest);
      field.single ? store_single(scale, &bytes[at]) : store_half(scale, &bytes[at]);
    }
  }
}

}  // namespace realm
