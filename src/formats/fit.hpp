// Fits of a group of values to value = scale * code + min: the searches behind encode.cpp.
//
// Both searches go over a handful of code assignments, each got by rounding with a slightly other
// scale, and solve every one for its best scale (and min) in closed form. One pass over the group a
// candidate: the squared error follows from the sums of that pass.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "formats/layout.hpp"

namespace realm {

struct GroupFit {
  float scale = 0;
  float min = 0;
};

/// Four floats at a time: compilers turn it into the machine's vectors without reordering sums
/// behind our back.
using Float4 [[gnu::vector_size(16)]] = float;

inline Float4 load4(const float* x) { return Float4{x[0], x[1], x[2], x[3]}; }
inline Float4 splat4(float x) { return Float4{x, x, x, x}; }
inline float sum4(Float4 v) { return (v[0] + v[1]) + (v[2] + v[3]); }
inline Float4 max4(Float4 a, Float4 b) { return a > b ? a : b; }
inline Float4 min4(Float4 a, Float4 b) { return a < b ? a : b; }

/// The codes from `low` to `high`, one apart.
struct EvenCodes {
  float low;
  float high;

  /// Nearest code (ties to even) of every lane. Precondition: no NaN.
  Float4 nearest(Float4 v) const {
    // Adding 1.5 * 2^23 leaves no room for a fraction.
    const Float4 magic = splat4(12582912.0f);
    v = min4(max4(v, splat4(low)), splat4(high));
    return (v + magic) - magic;
  }
};

/// The codes of a codebook, in order.
class BookCodes {
 public:
  constexpr explicit BookCodes(const Codebook& book) {
    float sorted[16];
    for (int i = 0; i < 16; ++i) {
      int at = i;
      for (; at > 0 && sorted[at - 1] > static_cast<float>(book.at[i]); --at) {
        sorted[at] = sorted[at - 1];
      }
      sorted[at] = static_cast<float>(book.at[i]);
    }
    low = sorted[0];
    high = sorted[15];
    for (int i = 0; i < 15; ++i) {
      steps_[i] = sorted[i + 1] - sorted[i];
      middles_[i] = (sorted[i + 1] + sorted[i]) / 2;
    }
  }

  /// Nearest code (the lower of two) of every lane: climbs every step whose middle lies below.
  Float4 nearest(Float4 v) const {
    Float4 code = splat4(low);
    for (int i = 0; i < 15; ++i) {
      code += v > splat4(middles_[i]) ? splat4(steps_[i]) : Float4{};
    }
    return code;
  }

  float low = 0;
  float high = 0;

 private:
  float steps_[15] = {};
  float middles_[15] = {};
};

/// Sums over a group of n elements x with codes l; n % 4 == 0.
struct CodeSums {
  float l = 0;
  float ll = 0;
  float xl = 0;
};

/// Sums of the codes nearest to (x - min) * inverse.
template <uint32_t n, class Codes>
CodeSums code_sums(const float* x, float min, float inverse, const Codes& codes) {
  Float4 l_sum = {}, ll_sum = {}, xl_sum = {};
  for (uint32_t i = 0; i < n; i += 4) {
    const Float4 xi = load4(x + i);
    const Float4 l = codes.nearest((xi - splat4(min)) * splat4(inverse));
    l_sum += l;
    ll_sum += l * l;
    xl_sum += xi * l;
  }
  return {sum4(l_sum), sum4(ll_sum), sum4(xl_sum)};
}

/// The squared error of the nearest codes; what encoding with this scale and min will lose.
template <uint32_t n, class Codes>
float squared_error(const float* x, GroupFit fit, const Codes& codes) {
  const float inverse = fit.scale == 0 ? 0.0f : 1.0f / fit.scale;
  Float4 error = {};
  for (uint32_t i = 0; i < n; i += 4) {
    const Float4 xi = load4(x + i);
    const Float4 l = codes.nearest((xi - splat4(fit.min)) * splat4(inverse));
    const Float4 rest = xi - (l * splat4(fit.scale) + splat4(fit.min));
    error += rest * rest;
  }
  return sum4(error);
}

/// The element of largest magnitude, with its sign.
template <uint32_t n>
float extreme_of(const float* x) {
  Float4 high = {}, low = {};
  for (uint32_t i = 0; i < n; i += 4) {
    high = max4(high, load4(x + i));
    low = min4(low, load4(x + i));
  }
  const float h = std::fmax(std::fmax(high[0], high[1]), std::fmax(high[2], high[3]));
  const float l = std::fmin(std::fmin(low[0], low[1]), std::fmin(low[2], low[3]));
  return h > -l ? h : l;
}

/// Below this no reciprocal of a scale is finite; such groups are encoded as zeros.
constexpr float kTiny = 1e-30f;

/// A scale alone. The candidates give the extreme element the codes `tries`, before rounding.
template <uint32_t n, class Codes, size_t kTries>
GroupFit fit_scale(const float* x, const Codes& codes, const float (&tries)[kTries]) {
  const float extreme = extreme_of<n>(x);
  if (std::fabs(extreme) < kTiny) return {};
  GroupFit best;
  float best_gain = 0;  // how much of sum x^2 is explained: (sum xl)^2 / sum l^2
  for (const float code : tries) {
    const CodeSums s = code_sums<n>(x, 0, code / extreme, codes);
    if (s.ll > 0 && s.xl * s.xl > best_gain * s.ll) {
      best_gain = s.xl * s.xl / s.ll;
      best.scale = s.xl / s.ll;
    }
  }
  return best;
}

/// Codes from 0, and a min, at most 0 where `negative_min`. The candidates give the highest element
/// a code within steps * step of the high end.
template <uint32_t n>
GroupFit fit_scale_min(const float* x, EvenCodes codes, int steps, float step, bool negative_min) {
  Float4 low4 = load4(x), high4 = low4, sum = {}, square = {};
  for (uint32_t i = 0; i < n; i += 4) {
    const Float4 xi = load4(x + i);
    low4 = min4(low4, xi);
    high4 = max4(high4, xi);
    sum += xi;
    square += xi * xi;
  }
  float low = std::fmin(std::fmin(low4[0], low4[1]), std::fmin(low4[2], low4[3]));
  const float high = std::fmax(std::fmax(high4[0], high4[1]), std::fmax(high4[2], high4[3]));
  if (negative_min && low > 0) low = 0;
  if (!(high - low > kTiny)) return {0, low};
  constexpr float kCount = n;
  const float x_sum = sum4(sum), xx_sum = sum4(square);
  GroupFit best = {(high - low) / codes.high, low};
  float best_error = squared_error<n>(x, best, codes);
  for (int k = -steps; k <= steps; ++k) {
    const float inverse = (codes.high + step * static_cast<float>(k)) / (high - low);
    const CodeSums s = code_sums<n>(x, low, inverse, codes);
    const float determinant = kCount * s.ll - s.l * s.l;
    if (!(determinant > 0)) continue;
    GroupFit fit = {(kCount * s.xl - x_sum * s.l) / determinant,
                    (s.ll * x_sum - s.l * s.xl) / determinant};
    if (negative_min && fit.min > 0) fit = {s.xl / s.ll, 0};
    const float error = xx_sum + fit.scale * (fit.scale * s.ll - 2 * s.xl) +
                        fit.min * (kCount * fit.min - 2 * x_sum + 2 * fit.scale * s.l);
    if (error < best_error) {
      best_error = error;
      best = fit;
    }
  }
  return best;
}

}  // namespace realm
