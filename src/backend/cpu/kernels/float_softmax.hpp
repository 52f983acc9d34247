// Softmax weights of attention.cpp.
#pragma once

#include "backend/cpu/kernels/kernels.hpp"
#include "backend/cpu/linear/kernels/unroll.hpp"
#include "backend/cpu/simd/math.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

constexpr float kLowestScore = -3.402823466e38f;
constexpr int kTogether = 4;  // vectors of weights

// exp of x <= 0 and of NaN; 0 below -87.33. As exp of simd/math.hpp without its upper end, and of a
// degree less: p = 1 + r + r^2 / 2 + r^3 (...), fitted to the smallest largest error (Lawson,
// 1961), is off by 0.07 units of 2^-24 before rounding. exp_below(0) is 1 exactly.
// Step by step for all of `x`: schedulers do not see far enough to run one beside the other.
template <int count>
REALM_KERNEL void exp_below(F32 (&x)[count]) {
  constexpr float kMagic = 0x1.8p23f;  // adding it rounds to an integer
  F32 r[count];
  F32 biased[count];
  F32 p[count];
  const auto each = [&](auto&& step) REALM_KERNEL_LAMBDA { unroll<count>(step); };
  each([&](auto i) REALM_KERNEL_LAMBDA { r[i] = max(set1(-88.0f), x[i]); });
  each([&](auto i) REALM_KERNEL_LAMBDA {
    biased[i] = fma(r[i], set1(1.44269504088896341f), set1(kMagic));
  });
  each([&](auto i) REALM_KERNEL_LAMBDA { p[i] = biased[i] - set1(kMagic); });
  each([&](auto i) REALM_KERNEL_LAMBDA { r[i] = fma(p[i], set1(-0.693145751953125f), r[i]); });
  each([&](auto i)
           REALM_KERNEL_LAMBDA { r[i] = fma(p[i], set1(-1.42860682030941723212e-6f), r[i]); });
  each([&](auto i)
           REALM_KERNEL_LAMBDA { p[i] = fma(set1(0x1.6b6e18p-10f), r[i], set1(0x1.122fc2p-7f)); });
  each([&](auto i) REALM_KERNEL_LAMBDA { p[i] = fma(p[i], r[i], set1(0x1.555688p-5f)); });
  each([&](auto i) REALM_KERNEL_LAMBDA { p[i] = fma(p[i], r[i], set1(0x1.5554a4p-3f)); });
  each([&](auto i) REALM_KERNEL_LAMBDA { p[i] = fma(p[i], r[i], set1(0.5f)); });
  each([&](auto i) REALM_KERNEL_LAMBDA { p[i] = fma(p[i], r[i], set1(1.0f)); });
  each([&](auto i) REALM_KERNEL_LAMBDA { p[i] = fma(p[i], r[i], set1(1.0f)); });
  each([&](auto i) REALM_KERNEL_LAMBDA {
    x[i] = if_less(x[i], set1(-87.33f), set1(0.0f), p[i] * shift_to_exponent(biased[i]));
  });
}

// The largest of a row's scores, by lanes; those that are not seen become -inf, up to whole
// vectors.
inline F32 largest_scores(float* scores, int first, int last, float softcap) {
  F32 most = set1(kLowestScore);
  if (first >= last) return most;
  const int begin = first / kLanes * kLanes;
  const int end = (last + kLanes - 1) / kLanes * kLanes;
  if (softcap > 0) {
    for (int t = begin; t < end; t += kLanes) {
      store(scores + t, set1(softcap) * tanh(load(scores + t) / set1(softcap)));
    }
  }
  const auto mask = [&](int t) {
    store(scores + t, keep_lanes(load(scores + t), first - t, last - t, set1(-__builtin_inff())));
  };
  if (first > begin) mask(begin);
  if (last < end) mask(end - kLanes);
  for (int t = begin; t < end; t += kLanes) most = max(load(scores + t), most);
  return most;
}

// Scores to weights, in place; their sum, by lanes.
inline F32 weigh(float* scores, int first, int last, float largest) {
  F32 sums = set1(0);
  if (first >= last) return sums;
  const F32 down = set1(largest);
  const auto step = [&]<int count>(int t) REALM_KERNEL_LAMBDA {
    F32 p[count];
    for (int i = 0; i < count; ++i) p[i] = load(scores + t + i * kLanes) - down;
    exp_below(p);
    for (int i = 0; i < count; ++i) {
      store(scores + t + i * kLanes, p[i]);
      sums = sums + p[i];
    }
  };
  int t = first / kLanes * kLanes;
  for (; t + kTogether * kLanes <= last; t += kTogether * kLanes) {
    step.template operator()<kTogether>(t);
  }
  for (; t < last; t += kLanes) step.template operator()<1>(t);
  return sums;
}

}  // namespace
}  // namespace realm::cpu::REALM_ISA
