// exp, tanh and erf of vectors.
//
// exp: x = k ln 2 + r with |r| <= ln 2 / 2, exp(x) = 2^k p(r) (Cody and Waite, 1980). ln 2 is split
// so that k * kLn2High is exact. p is the Taylor polynomial of degree 7: its remainder is below
// |r|^8 / 8! * 2^0.5 < 8e-9 = 0.13 units of 2^-24. r carries k * (error of kLn2Low) < 2^-36 and its
// own rounding, 2^-26; Horner's last two steps round once each, the others contribute |r| and less
// of that. In sum below 3 units of 2^-24 with fma and below 4 without, inside the 4 that
// ops/cases/analysis.hpp grants (kernels_test measures 1.3 and 1.7).
// Below -87.33 (results under the smallest normal number) the result is 0, above 88.37 infinity;
// NaN stays NaN; exp(0) is 1 exactly.
#pragma once

#include "backend/cpu/simd/simd.hpp"

namespace realm::cpu::REALM_ISA {

inline F32 exp(F32 x) {
  constexpr float kMagic = 0x1.8p23f;             // adding it rounds to an integer
  constexpr float kLn2High = 0.693145751953125f;  // 15 bits
  constexpr float kLn2Low = 1.42860682030941723212e-6f;
  const F32 clamped = max(set1(-88.0f), min(set1(88.73f), x));
  const F32 biased = fma(clamped, set1(1.44269504088896341f), set1(kMagic));
  const F32 k = biased - set1(kMagic);
  F32 r = fma(k, set1(-kLn2High), clamped);
  r = fma(k, set1(-kLn2Low), r);
  F32 p = set1(1.0f / 5040);
  p = fma(p, r, set1(1.0f / 720));
  p = fma(p, r, set1(1.0f / 120));
  p = fma(p, r, set1(1.0f / 24));
  p = fma(p, r, set1(1.0f / 6));
  p = fma(p, r, set1(0.5f));
  p = fma(p, r, set1(1.0f));
  p = fma(p, r, set1(1.0f));
  const F32 y = p * shift_to_exponent(biased);
  return if_less(x, set1(-87.33f), set1(0.0f), y);
}

/// 1 - 2 / (exp(2 x) + 1): off by at most 4 units of 2^-24, as the callers' bounds ask
/// (kernels_test measures 3.0).
inline F32 tanh(F32 x) { return set1(1.0f) - set1(2.0f) / (exp(x + x) + set1(1.0f)); }

/// Up to |x| = 1 erf(x) = x + x p(x^2), beyond 1 - exp(-r(|x|)) with r = -log(erfc). p and r are
/// polynomials of degree 6, fitted to the smallest largest error (Lawson, 1961): below 0.03 units
/// of 2^-24 relative to erf, and of 1. The sum x + x p rounds once at the end and p's terms before
/// it less than once; erfc is below 0.16 beyond 1, so that exp's error and r's shrink under the
/// subtraction's own rounding. Off by at most 3 units of erf(x) itself (kernels_test measures 1.3).
/// From |x| = 4 on erf is 1.
inline F32 erf(F32 x) {
  const F32 s = x * x;
  F32 p = set1(7.853907300e-5f);
  p = fma(p, s, set1(-8.010210840e-4f));
  p = fma(p, s, set1(5.188329611e-3f));
  p = fma(p, s, set1(-2.685381286e-2f));
  p = fma(p, s, set1(1.128358543e-1f));
  p = fma(p, s, set1(-3.761262596e-1f));
  p = fma(p, s, set1(1.283791661e-1f));
  const F32 near = fma(p, x, x);
  const F32 t = min(set1(4.0f), max(x, set1(0.0f) - x));
  F32 r = set1(-1.855740702e-4f);
  r = fma(r, t, set1(2.939607948e-3f));
  r = fma(r, t, set1(-2.180531993e-2f));
  r = fma(r, t, set1(1.030373722e-1f));
  r = fma(r, t, set1(6.382256746e-1f));
  r = fma(r, t, set1(1.127040029f));
  r = fma(r, t, set1(3.537187586e-4f));
  const F32 far = set1(1.0f) - exp(set1(0.0f) - r);
  const F32 signed_far = if_less(x, set1(0.0f), set1(0.0f) - far, far);
  return if_less(s, set1(1.0f), near, signed_far);
}

/// x / (1 + exp(-x)).
inline F32 silu(F32 x) { return x / (set1(1.0f) + exp(set1(0.0f) - x)); }

/// 0.5 x (1 + erf(x / sqrt(2))).
inline F32 gelu_erf(F32 x) {
  return set1(0.5f) * x * (set1(1.0f) + erf(x * set1(0.70710678118654752f)));
}

/// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
inline F32 gelu_tanh(F32 x) {
  const F32 cubic = fma(x * x * x, set1(0.044715f), x);
  return set1(0.5f) * x * (set1(1.0f) + tanh(set1(0.7978845608028654f) * cubic));
}

}  // namespace realm::cpu::REALM_ISA
