// 16 groups of any block format, from its Layout.
#pragma once

#include "formats/fit/groups.hpp"
#include "formats/table.hpp"

namespace realm::fit::REALM_ISA {

template <Format kFormat>
class Fitter {
 public:
  REALM_FIT explicit Fitter(Fitted& out) : out_(out) {}

  REALM_FIT void fit(const float* values) {
    transpose(values);
    if constexpr (kLayout.sub_scales == SubScales::kNone) {
      for (uint32_t p = 0; p < kLanes; p += kWidth) choose_block_scale(p);
    } else {
      choose_sub_scales();
      // Twice: codes that a better scale changes make way for a better scale.
      refit();
      refit();
    }
    for (uint32_t p = 0; p < kLanes; p += kWidth) put_codes(p);
  }

 private:
  static constexpr Layout kLayout = layout_of(kFormat);
  static constexpr uint32_t kGroup = kLayout.group;
  static constexpr uint32_t kGroups = kLayout.elems / kLayout.group;
  static_assert(kLanes % kGroups == 0 && kGroup <= kLargestGroup && kGroup % 16 == 0);
  static constexpr bool kHasMin = has_min(kLayout);
  static constexpr bool kSigned = kLayout.code == CodeKind::kSigned;
  static constexpr bool kHasBook = kLayout.code == CodeKind::kBook;
  static constexpr float kLevels = static_cast<float>((1u << code_bits(kLayout)) - 1);
  static constexpr auto kCodes = [] {
    if constexpr (kHasBook) {
      return BookCodes(kLayout.book);
    } else if constexpr (kSigned) {
      // -128 is left out: a symmetric range has no better use for it, and -code always fits.
      return EvenCodes{-127, 127, 0};
    } else {
      return EvenCodes{kLayout.bias, kLevels + kLayout.bias, kLayout.bias};
    }
  }();

  /// Range of a group's integer scale and min.
  static constexpr float kSubLow = kLayout.sub_scales == SubScales::kSplit6 ? -32
                                   : kLayout.sub_scales == SubScales::kInt8 ? -128
                                                                            : 0;
  static constexpr float kSubHigh = kLayout.sub_scales == SubScales::kSplit6    ? 31
                                    : kLayout.sub_scales == SubScales::kInt8    ? 127
                                    : kLayout.sub_scales == SubScales::kNibbles ? 15
                                                                                : 63;

  // Reach matters more than fineness: on tests/golden/quants, 3 x 0.4 to either side loses as
  // little as 9 x 0.1. Numbers of a codebook are further apart, and its ends differ, so that either
  // may be the better one for the extreme element.
  static constexpr int kSteps = 3;
  static constexpr float kStep = 0.4f;
  struct Tries {
    float at[kHasBook ? 9 : 2 * kSteps + 1];
  };
  static constexpr Tries kTries = [] {
    Tries tries{};
    float k = 0;
    for (float& code : tries.at) {
      code = kHasBook ? (k < 5 ? kCodes.low + 7 * (k - 2) : kCodes.high + 7 * (k - 6))
                      : kCodes.low + kStep * (k - kSteps);
      ++k;
    }
    return tries;
  }();

  REALM_FIT const float* x(uint32_t p) const { return x_ + p; }

  // A group of memory becomes a lane.
  REALM_FIT void transpose(const float* values) {
    for (uint32_t lane = 0; lane < kLanes; lane += 4) {
      for (uint32_t i = 0; i < kGroup; i += 4) {
        transpose_4x4(values + lane * kGroup + i, kGroup, x_ + i * kLanes + lane, kLanes);
      }
    }
  }

  // A scale as it will be read.
  static REALM_FIT Vec stored(Vec d) {
    return kLayout.d_kind == BlockScale::kSingle ? d : round_to_half(d);
  }

  static REALM_FIT GroupFit fit_group(const float* x) {
    if constexpr (kHasMin) {
      return fit_scale_min<kGroup>(x, kCodes, kSteps, kStep, kLayout.m_is_negated);
    } else {
      return fit_scale<kGroup>(x, kCodes, kTries.at);
    }
  }

  REALM_FIT void choose_block_scale(uint32_t p) {
    if constexpr (kLayout.d_kind == BlockScale::kE8m0) {
      store(out_.d + p, power_of_two(x(p)));
    } else if constexpr (kSigned) {
      // With 255 levels the end-to-end scale is all but the best.
      store(out_.d + p, stored(abs(extreme_of<kGroup>(x(p))) / kCodes.high));
    } else {
      const GroupFit fit = fit_group(x(p));
      store(out_.d + p, stored(fit.scale));
      store(out_.m + p, stored(fit.min));
    }
  }

  // The power of two that puts the extreme element into the highest code's binade, where codes may
  // be cut off at the top, or the next one, where none is.
  static REALM_FIT Vec power_of_two(const float* x) {
    float binade = 1;
    while (2 * binade <= kCodes.high) binade *= 2;
    const Vec extreme = abs(extreme_of<kGroup>(x));
    const Ints exponent = __builtin_bit_cast(Ints, extreme) & 0x7f800000;
    const Vec zero{};
    const Vec lower = where_greater(extreme, splat(kTiny),
                                    __builtin_bit_cast(Vec, exponent) / splat(binade), zero);
    const Vec upper = lower * 2.0f;
    const Vec lower_error = squared_error<kGroup>(x, {lower, zero}, kCodes);
    const Vec upper_error = squared_error<kGroup>(x, {upper, zero}, kCodes);
    return where_greater(lower_error, upper_error, upper, lower);
  }

  // The value of a block's field from its groups' extremes, in all its lanes.
  REALM_FIT void choose_block_fields(const float* scales, const float* mins) {
    for (uint32_t first = 0; first < kLanes; first += kGroups) {
      float extreme = 0, deepest = 0;
      for (uint32_t g = first; g < first + kGroups; ++g) {
        if (__builtin_fabsf(scales[g]) > __builtin_fabsf(extreme)) extreme = scales[g];
        if (kHasMin && mins[g] < deepest) deepest = mins[g];
      }
      for (uint32_t g = first; g < first + kGroups; ++g) {
        out_.d[g] = extreme / (kSubLow < 0 ? kSubLow : kSubHigh);
        if (kHasMin) out_.m[g] = deepest / kSubHigh;
      }
    }
    for (uint32_t p = 0; p < kLanes; p += kWidth) {
      store(out_.d + p, stored(load(out_.d + p)));
      if (kHasMin) store(out_.m + p, stored(load(out_.m + p)));
    }
  }

  REALM_FIT void choose_sub_scales() {
    alignas(64) float scales[kLanes], mins[kLanes];
    for (uint32_t p = 0; p < kLanes; p += kWidth) {
      const GroupFit fit = fit_group(x(p));
      store(scales + p, fit.scale);
      store(mins + p, fit.min);
    }
    choose_block_fields(scales, mins);
    for (uint32_t p = 0; p < kLanes; p += kWidth) {
      choose_sub_scale(p, {load(scales + p), load(mins + p)});
    }
  }

  // The integer in [low, high] nearest to value / unit; 0 where unit is.
  static REALM_FIT Vec nearest_sub(Vec value, Vec unit, float low, float high) {
    return round(min(max(value * inverse_of(unit), splat(low)), splat(high)));
  }

  // The integer scale near fit.scale, with the integer min that is best for it.
  REALM_FIT void choose_sub_scale(uint32_t p, GroupFit fit) {
    const Vec d = load(out_.d + p);
    const Vec middle = nearest_sub(fit.scale, d, kSubLow, kSubHigh);
    Vec best_error = splat(kHuge), best_scale{}, best_min{};
    for (int k = -1; k <= 1; ++k) {
      const Vec scale = min(max(middle + static_cast<float>(k), splat(kSubLow)), splat(kSubHigh));
      GroupFit tried = {d * scale, fit.min};
      Vec sub_min{};
      if constexpr (kHasMin) {
        const Vec m = load(out_.m + p);
        sub_min = best_sub_min(x(p), tried, m);
        tried.min = m * sub_min;
      }
      const Vec error = squared_error<kGroup>(x(p), tried, kCodes);
      best_scale = where_greater(best_error, error, scale, best_scale);
      best_min = where_greater(best_error, error, sub_min, best_min);
      best_error = min(best_error, error);
    }
    store(out_.sub_scale + p, best_scale);
    if (kHasMin) store(out_.sub_min + p, best_min);
    store(error_ + p, best_error);
  }

  static REALM_FIT Vec best_sub_min(const float* x, GroupFit fit, Vec m) {
    constexpr float kCount = kGroup;
    const CodeSums s = code_sums<kGroup>(x, fit.min, inverse_of(fit.scale), kCodes);
    const Vec min = (sum_of<kGroup>(x) - fit.scale * s.l) / kCount;
    return nearest_sub(min, m, 0, kSubHigh);
  }

  REALM_FIT GroupFit fit_of(uint32_t p, const float* d, const float* m) const {
    GroupFit fit = {load(d + p) * load(out_.sub_scale + p), Vec{}};
    if (kHasMin) fit.min = load(m + p) * load(out_.sub_min + p);
    return fit;
  }

  // Sums for x ~ d * u + m * v, u = sub.scale * code, v = sub.min, of each group.
  struct Products {
    float uu[kLanes], xu[kLanes], uv[kLanes], vv[kLanes], xv[kLanes];
  };

  REALM_FIT void products(uint32_t p, Products& out) const {
    const GroupFit fit = fit_of(p, out_.d, out_.m);
    const CodeSums s = code_sums<kGroup>(x(p), fit.min, inverse_of(fit.scale), kCodes);
    const Vec scale = load(out_.sub_scale + p);
    store(out.uu + p, scale * scale * s.ll);
    store(out.xu + p, scale * s.xl);
    if constexpr (kHasMin) {
      constexpr float kCount = kGroup;
      const Vec min = load(out_.sub_min + p);
      store(out.uv + p, scale * min * s.l);
      store(out.vv + p, min * min * kCount);
      store(out.xv + p, min * sum_of<kGroup>(x(p)));
    }
  }

  static REALM_FIT double block_sum(const float* groups) {
    double sum = 0;
    for (uint32_t g = 0; g < kGroups; ++g) sum += groups[g];
    return sum;
  }

  // With all integers fixed, the best d (and m) of each block in closed form, where that gains.
  REALM_FIT void refit() {
    alignas(64) Products sums;
    alignas(64) float d[kLanes], m[kLanes], error[kLanes];
    for (uint32_t p = 0; p < kLanes; p += kWidth) products(p, sums);
    for (uint32_t first = 0; first < kLanes; first += kGroups) {
      const double uu = block_sum(sums.uu + first), xu = block_sum(sums.xu + first);
      float new_d = out_.d[first], new_m = kHasMin ? out_.m[first] : 0.0f;
      if constexpr (kHasMin) {
        const double uv = block_sum(sums.uv + first), vv = block_sum(sums.vv + first);
        const double xv = block_sum(sums.xv + first);
        const double determinant = uu * vv - uv * uv;
        if (determinant > 1e-9 * uu * vv) {
          new_d = static_cast<float>((xu * vv - xv * uv) / determinant);
          new_m = static_cast<float>((xv * uu - xu * uv) / determinant);
        } else if (uu > 0) {
          new_d = static_cast<float>((xu - double{new_m} * uv) / uu);
        }
      } else if (uu > 0) {
        new_d = static_cast<float>(xu / uu);
      }
      for (uint32_t g = first; g < first + kGroups; ++g) {
        d[g] = new_d;
        m[g] = new_m;
      }
    }
    for (uint32_t p = 0; p < kLanes; p += kWidth) {
      store(d + p, stored(load(d + p)));
      store(m + p, stored(load(m + p)));
      store(error + p, squared_error<kGroup>(x(p), fit_of(p, d, m), kCodes));
    }
    for (uint32_t first = 0; first < kLanes; first += kGroups) {
      if (!(block_sum(error + first) < block_sum(error_ + first))) continue;
      for (uint32_t g = first; g < first + kGroups; ++g) {
        out_.d[g] = d[g];
        if (kHasMin) out_.m[g] = m[g];
        error_[g] = error[g];
      }
    }
  }

  REALM_FIT void put_codes(uint32_t p) {
    Vec scale = load(out_.d + p), min{};
    if (kHasMin) min = load(out_.m + p);
    if constexpr (kLayout.sub_scales != SubScales::kNone) {
      scale *= load(out_.sub_scale + p);
      if (kHasMin) min *= load(out_.sub_min + p);
    }
    const Vec inverse = inverse_of(scale);
    Vec sum{};
    for (uint32_t i = 0; i < kGroup; i += 4) {
      Ints word{};
      for (uint32_t k = 0; k < 4; ++k) {
        const Vec raw = kCodes.nearest_raw((load(x(p) + (i + k) * kLanes) - min) * inverse);
        word |= (__builtin_convertvector(raw, Ints) & 255) << static_cast<int>(8 * k);
        if (kLayout.sums != StoredSums::kNone) sum += raw;
      }
      __builtin_memcpy(out_.raw[i / 4] + p, &word, sizeof word);
      if (kLayout.sums != StoredSums::kNone && i % 16 == 12) {
        store(out_.sums[i / 16] + p, sum);
        sum = Vec{};
      }
    }
  }

  Fitted& out_;
  alignas(64) float x_[kGroup * kLanes];
  alignas(64) float error_[kLanes] = {};
};

}  // namespace realm::fit::REALM_ISA
