// The ways Realm rounds activations for matmuls. For block formats: blocks of 32 elements with a
// float32 scale and int8 codes, rounded to nearest even.
//   kInt8Block32   t = x * (127 / max|x|);  code = rint(t);  scale = max|x| / 127
//                  value = code * scale
//   kInt16Block32  the same, and once more for what is left of it:
//                  fine = rint((t - code) * 254);  fine_scale = scale / 254
//                  value = code * scale + fine * fine_scale
// What is left is at most half a code, so that its codes are int8 too: both planes run on the same
// kernels, and a step is 254 times finer (the largest |x| has 32258 of them, two powers of two from
// int16's most).
// An all-zero block has scale 0. A block with a NaN or an infinity has scale NaN: the poison
// reaches the result instead of vanishing. Every device that rounds, rounds exactly so: the codes
// and scales of a row depend on that row alone.
//
// For BF16 weights, on devices that round to kInt8Block32: each element to the nearest bfloat16,
// ties to even. Elements and weights below 2^-126 may count as 0.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/half.hpp"
#include "ops/op.hpp"

namespace realm {

constexpr int kActivationBlock = 32;
constexpr int kFineSteps = 254;  ///< of the second rounding, in a step of the first

struct ActivationBlock {
  float scale = 0;
  std::array<int8_t, kActivationBlock> codes{};
  // Second rounding: zeros for kInt8Block32.
  float fine_scale = 0;
  std::array<int8_t, kActivationBlock> fine_codes{};

  double value(size_t i) const {
    return static_cast<double>(scale) * codes[i] + static_cast<double>(fine_scale) * fine_codes[i];
  }
};

/// Steps of the largest magnitude of a block; 0: no rounding of blocks.
constexpr double activation_steps(Activations activations) {
  if (activations == Activations::kFloat || activations == Activations::kBFloat16) return 0;
  return activations == Activations::kInt8Block32 ? 127.0 : 127.0 * kFineSteps;
}

/// Rounds up to 32 values; missing ones count as 0.
inline ActivationBlock round_activations(std::span<const float> x,
                                         Activations activations = Activations::kInt8Block32) {
  const bool fine = activations == Activations::kInt16Block32;
  ActivationBlock out;
  float largest = 0;
  for (const float v : x) {
    if (!std::isfinite(v)) {
      out.scale = std::numeric_limits<float>::quiet_NaN();
      if (fine) out.fine_scale = out.scale;
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
  if (fine) out.fine_scale = out.scale / static_cast<float>(kFineSteps);
  for (size_t i = 0; i < x.size(); ++i) {
    const float t = x[i] * inverse;
    const float code = std::nearbyintf(t);
    out.codes[i] = static_cast<int8_t>(code);
    if (!fine) continue;
    const float rest = t - code;  // exact: code is the integer next to t
    out.fine_codes[i] = static_cast<int8_t>(std::nearbyintf(rest * kFineSteps));
  }
  return out;
}

/// Block formats meet rounded activations on devices that round, and BF16 weights too where blocks
/// get one code an element; other float weights are multiplied in float on every device.
constexpr Activations matmul_activations(Format weight, Activations device) {
  if (weight == Format::kF32 || weight == Format::kF16) return Activations::kFloat;
  if (weight != Format::kBF16) return device;
  return device == Activations::kInt8Block32 ? Activations::kBFloat16 : Activations::kFloat;
}

/// `x` as the nearest bfloat16.
constexpr float round_to_bfloat16(float x) { return bfloat16_to_float(float_to_bfloat16(x)); }

/// The row a matmul multiplies with: `x` itself, or its rounded values.
inline std::vector<double> matmul_row(std::span<const float> x, Activations activations) {
  std::vector<double> out(x.begin(), x.end());
  if (activations == Activations::kFloat) return out;
  if (activations == Activations::kBFloat16) {
    for (size_t i = 0; i < x.size(); ++i) out[i] = round_to_bfloat16(x[i]);
    return out;
  }
  for (size_t begin = 0; begin < x.size(); begin += kActivationBlock) {
    const size_t count = std::min<size_t>(kActivationBlock, x.size() - begin);
    const ActivationBlock block = round_activations(x.subspan(begin, count), activations);
    for (size_t i = 0; i < count; ++i) out[begin + i] = block.value(i);
  }
  return out;
}

}  // namespace realm
