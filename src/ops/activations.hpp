// The one way Realm rounds activations for integer matmuls: blocks of 32 elements with a float32
// scale and int8 codes, rounded to nearest even.
//   scale = max|x| / 127;  code = rint(x * (127 / max|x|));  value = code * scale
// An all-zero block has scale 0. A block with a NaN or an infinity has scale NaN: the poison
// reaches the result instead of vanishing. Every device that rounds, rounds exactly so: the codes
// and scales of a row depend on that row alone.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "ops/op.hpp"

namespace realm {

constexpr int kActivationBlock = 32;

struct ActivationBlock {
  float scale = 0;
  std::array<int8_t, kActivationBlock> codes{};
};

/// Rounds up to 32 values; missing ones count as 0.
inline ActivationBlock round_activations(std::span<const float> x) {
  ActivationBlock out;
  float largest = 0;
  for (const float v : x) {
    if (!std::isfinite(v)) {
      out.scale = std::numeric_limits<float>::quiet_NaN();
      return out;
    }
    largest = std::max(largest, std::fabs(v));
  }
  if (largest == 0) return out;
  out.scale = largest / 127.0f;
  // A largest below 127 / FLT_MAX would make the inverse infinite; such a block rounds to zero.
  const float inverse = 127.0f / largest;
  if (!std::isfinite(inverse)) {
    out.scale = 0;
    return out;
  }
  for (size_t i = 0; i < x.size(); ++i) {
    out.codes[i] = static_cast<int8_t>(std::nearbyintf(x[i] * inverse));
  }
  return out;
}

/// Float weights are multiplied in float on every device; only block formats meet rounded
/// activations, and only on devices that round.
constexpr Activations matmul_activations(Format weight, Activations device) {
  const bool plain = weight == Format::kF32 || weight == Format::kF16 || weight == Format::kBF16;
  return plain ? Activations::kFloat : device;
}

/// The row a matmul multiplies with: `x` itself, or its rounded values.
inline std::vector<double> matmul_row(std::span<const float> x, Activations activations) {
  std::vector<double> out(x.begin(), x.end());
  if (activations == Activations::kFloat) return out;
  for (size_t begin = 0; begin < x.size(); begin += kActivationBlock) {
    const size_t count = std::min<size_t>(kActivationBlock, x.size() - begin);
    const ActivationBlock block = round_activations(x.subspan(begin, count));
    for (size_t i = 0; i < count; ++i) {
      out[begin + i] = static_cast<double>(block.scale) * block.codes[i];
    }
  }
  return out;
}

}  // namespace realm
