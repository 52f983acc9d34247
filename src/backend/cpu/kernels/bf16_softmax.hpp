// Softmax weights of attention_bf16.cpp. Scores are in units of log 2: queries were multiplied with
// log2(e), so that a weight is a power of two.
#pragma once

#include "backend/cpu/kernels/bf16_tiles.hpp"
#include "backend/cpu/simd/math.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

constexpr float kLog2E = 1.44269504088896341f;
constexpr float kLowestScore = -3.402823466e38f;

// 2^x for x <= 0, 0 from about -127 on; 1 of 0. The polynomial, of degree 4 on [0, 1] and fitted to
// the smallest largest error with p(0) = 1, is off by 2^-18.3: less than the weights' rounding by
// far. scalef takes the floor of x itself.
inline __m512 exp2_below(__m512 x) {
  const __m512 r = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF);  // x - floor(x)
  __m512 p = _mm512_set1_ps(0.01342668570578098f);
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.0522424727678299f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.2412802129983902f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(0.6930448412895203f));
  p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(1.0f));
  return _mm512_scalef_ps(p, x);
}

// The largest of a row's scores, by lanes; those that are not seen become -inf, up to whole pairs
// of vectors.
F32 largest_scores(float* scores, int first, int last, float softcap) {
  if (first >= last) return set1(kLowestScore);
  const int begin = first / 32 * 32;
  const int end = (last + 31) / 32 * 32;
  if (softcap > 0) {
    const F32 cap = set1(softcap * kLog2E);
    for (int t = begin; t < end; t += kLanes) {
      store(scores + t, cap * tanh(load(scores + t) / cap));
    }
  }
  const auto mask = [&](int t) {
    store(scores + t, keep_lanes(load(scores + t), first - t, last - t, set1(-__builtin_inff())));
  };
  if (first > begin) mask(begin), mask(begin + kLanes);
  if (last < end) mask(end - 2 * kLanes), mask(end - kLanes);
  F32 most = set1(kLowestScore);
  F32 other = most;
  for (int t = begin; t < end; t += 2 * kLanes) {
    most = max(load(scores + t), most);
    other = max(load(scores + t + kLanes), other);
  }
  return max(most, other);
}

// Scores to weights in bfloat16; the sum of the rounded weights, by lanes.
F32 weigh(const float* scores, uint16_t* weights, int first, int last, float largest) {
  const __m512 down = _mm512_set1_ps(largest);
  const auto ones = (__m512bh)_mm512_set1_epi16(0x3f80);
  __m512 sums = _mm512_setzero_ps();
  if (first >= last) return {sums};
  for (int t = first / 32 * 32; t < last; t += 32) {
    const __m512 low = exp2_below(_mm512_sub_ps(_mm512_loadu_ps(scores + t), down));
    const __m512 high = exp2_below(_mm512_sub_ps(_mm512_loadu_ps(scores + t + 16), down));
    const __m512i rounded = round_rows(low, high);
    _mm512_storeu_si512(weights + t, rounded);
    sums = _mm512_dpbf16_ps(sums, (__m512bh)rounded, ones);
  }
  return {sums};
}

}  // namespace
}  // namespace realm::cpu::REALM_ISA
