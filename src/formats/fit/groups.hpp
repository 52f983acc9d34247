// Fits of groups of values to value = scale * code + min, a group a lane: element i of a group
// stands at x[i * kLanes].
//
// Both searches go over a handful of code assignments, each got by rounding with a slightly other
// scale, and solve every one for its best scale (and min) in closed form. One pass over the group a
// candidate: the squared error follows from the sums of that pass.
#pragma once

#include "formats/fit/batch.hpp"
#include "formats/fit/codes.hpp"
#include "formats/fit/vec.hpp"

namespace realm::fit::REALM_ISA {

struct GroupFit {
  Vec scale;
  Vec min;
};

/// Below this no reciprocal of a scale is finite; such groups are encoded as zeros.
constexpr float kTiny = 1e-30f;
constexpr float kHuge = 3e38f;

/// 1 / scale, 0 where that is not finite.
REALM_FIT Vec inverse_of(Vec scale) {
  return where_greater(abs(scale), splat(kTiny), 1.0f / scale, Vec{});
}

/// Sums over a group of elements x with codes l.
struct CodeSums {
  Vec l;
  Vec ll;
  Vec xl;
};

/// Sums of the codes nearest to (x - min) * inverse.
template <uint32_t n, class Codes>
REALM_FIT CodeSums code_sums(const float* x, Vec min, Vec inverse, const Codes& codes) {
  CodeSums sums{};
  for (uint32_t i = 0; i < n; ++i) {
    const Vec xi = load(x + i * kLanes);
    const Vec l = codes.nearest((xi - min) * inverse);
    sums.l += l;
    sums.ll = plus_square(sums.ll, l);
    sums.xl += xi * l;
  }
  return sums;
}

/// The squared error of the nearest codes; what encoding with this scale and min will lose.
template <uint32_t n, class Codes>
REALM_FIT Vec squared_error(const float* x, GroupFit fit, const Codes& codes) {
  const Vec inverse = inverse_of(fit.scale);
  Vec error{};
  for (uint32_t i = 0; i < n; ++i) {
    const Vec xi = load(x + i * kLanes);
    const Vec rest = xi - (codes.nearest((xi - fit.min) * inverse) * fit.scale + fit.min);
    error += rest * rest;
  }
  return error;
}

template <uint32_t n>
REALM_FIT Vec sum_of(const float* x) {
  Vec sum{};
  for (uint32_t i = 0; i < n; ++i) sum += load(x + i * kLanes);
  return sum;
}

/// The element of largest magnitude, with its sign.
template <uint32_t n>
REALM_FIT Vec extreme_of(const float* x) {
  Vec high{}, low{};
  for (uint32_t i = 0; i < n; ++i) {
    high = max(high, load(x + i * kLanes));
    low = min(low, load(x + i * kLanes));
  }
  return where_greater(high, -low, high, low);
}

/// A scale alone. The candidates give the extreme element the codes `tries`, before rounding.
template <uint32_t n, class Codes, uint32_t kTries>
REALM_FIT GroupFit fit_scale(const float* x, const Codes& codes, const float (&tries)[kTries]) {
  const Vec unit = inverse_of(extreme_of<n>(x));
  Vec best{}, best_gain{};  // how much of sum x^2 is explained: (sum xl)^2 / sum l^2
  for (const float code : tries) {
    const CodeSums s = code_sums<n>(x, Vec{}, code * unit, codes);
    const Vec scale = s.xl / s.ll;
    const Vec gain = s.xl * scale;
    best = where_greater(gain, best_gain, scale, best);
    best_gain = where_greater(gain, best_gain, gain, best_gain);
  }
  const Vec zero{};
  return {where_greater(abs(unit), zero, best, zero), zero};
}

/// Codes from 0, and a min, at most 0 where `negative_min`. The candidates give the highest element
/// a code within steps * step of the high end.
template <uint32_t n>
REALM_FIT GroupFit fit_scale_min(const float* x, EvenCodes codes, int steps, float step,
                                 bool negative_min) {
  const Vec zero{};
  Vec low = load(x), high = low;
  for (uint32_t i = 1; i < n; ++i) {
    low = min(low, load(x + i * kLanes));
    high = max(high, load(x + i * kLanes));
  }
  if (negative_min) low = min(low, zero);
  const Vec unit = inverse_of(high - low);
  // From here on all values are y = x - low, which are nowhere below the lowest code.
  alignas(kVecBytes) float y[n * kWidth];
  Vec y_sum{}, yy_sum{};
  for (uint32_t i = 0; i < n; ++i) {
    const Vec yi = load(x + i * kLanes) - low;
    store(y + i * kWidth, yi);
    y_sum += yi;
    yy_sum += yi * yi;
  }
  const float count = n;
  GroupFit best = {(high - low) / codes.high, zero};
  Vec best_error = splat(kHuge);
  for (int k = -steps; k <= steps; ++k) {
    const Vec inverse = (codes.high + step * static_cast<float>(k)) * unit;
    CodeSums s{};
    for (uint32_t i = 0; i < n; ++i) {
      const Vec yi = load(y + i * kWidth);
      const Vec l = round(min(yi * inverse, splat(codes.high)));
      s.l += l;
      s.ll = plus_square(s.ll, l);
      s.xl += yi * l;
    }
    const Vec determinant = count * s.ll - s.l * s.l;
    const Vec solve = 1.0f / determinant;
    GroupFit fit = {(count * s.xl - y_sum * s.l) * solve, (s.ll * y_sum - s.l * s.xl) * solve};
    if (negative_min) {
      // Where the min comes out above 0: the best scale for 0.
      fit.scale = where_greater(low + fit.min, zero, (s.xl + low * s.l) / s.ll, fit.scale);
      fit.min = min(fit.min, -low);
    }
    Vec error = yy_sum + fit.scale * (fit.scale * s.ll - 2.0f * s.xl) +
                fit.min * (count * fit.min - 2.0f * y_sum + 2.0f * fit.scale * s.l);
    error = where_greater(determinant, zero, error, splat(kHuge));
    best.scale = where_greater(best_error, error, fit.scale, best.scale);
    best.min = where_greater(best_error, error, fit.min, best.min);
    best_error = where_greater(best_error, error, error, best_error);
  }
  return {where_greater(unit, zero, best.scale, zero), low + best.min};
}

}  // namespace realm::fit::REALM_ISA
