// One block of any block format, from its Layout: the body of encode.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "formats/fit.hpp"
#include "formats/pack.hpp"
#include "formats/table.hpp"

namespace realm {

template <Format kFormat>
class BlockEncoder {
 public:
  static constexpr Layout kLayout = layout_of(kFormat);

  /// x: kLayout.elems finite values; out: kLayout.bytes bytes.
  static void encode(const float* x, uint8_t* out) {
    std::memset(out, 0, kLayout.bytes);
    BlockEncoder encoder(x);
    if constexpr (kLayout.sub_scales == SubScales::kNone) {
      encoder.choose_block_scale();
    } else {
      encoder.choose_sub_scales();
    }
    encoder.store(out);
  }

 private:
  static constexpr uint32_t kGroup = kLayout.group;
  static constexpr uint32_t kGroups = kLayout.elems / kLayout.group;
  static constexpr bool kHasMin = has_min(kLayout);
  static constexpr bool kSigned = kLayout.code == CodeKind::kSigned;
  static constexpr bool kHasBook = kLayout.code == CodeKind::kBook;
  static constexpr float kLevels = static_cast<float>((1u << code_bits(kLayout)) - 1);
  // -128 is left out: a symmetric range has no better use for it, and -code always fits.
  static constexpr auto kCodes = [] {
    if constexpr (kHasBook) {
      return BookCodes(kLayout.book);
    } else {
      return kSigned ? EvenCodes{-127, 127} : EvenCodes{kLayout.bias, kLevels + kLayout.bias};
    }
  }();

  /// Range of a group's integer scale and min.
  static constexpr int kSubLow = kLayout.sub_scales == SubScales::kSplit6 ? -32
                                 : kLayout.sub_scales == SubScales::kInt8 ? -128
                                                                          : 0;
  static constexpr int kSubHigh = kLayout.sub_scales == SubScales::kSplit6    ? 31
                                  : kLayout.sub_scales == SubScales::kInt8    ? 127
                                  : kLayout.sub_scales == SubScales::kNibbles ? 15
                                                                              : 63;

  explicit BlockEncoder(const float* x) : x_(x) {}

  const float* group(uint32_t g) const { return x_ + g * kGroup; }

  // What a stored scale will be read as.
  static float stored(float value) {
    return kLayout.d_kind == BlockScale::kSingle ? value : half_to_float(to_finite_half(value));
  }
  GroupFit fit_of(uint32_t g) const {
    return {d_ * static_cast<float>(sub_[g].scale), m_ * static_cast<float>(sub_[g].min)};
  }

  // Reach matters more than fineness: on tests/golden/quants, 4 x 0.3 to either side loses as
  // little as 9 x 0.1, in two thirds of the time. Numbers of a codebook are further apart, and its
  // ends differ, so that either may be the better one for the extreme element.
  static constexpr int kSteps = 4;
  static constexpr float kStep = 0.3f;
  struct Tries {
    float at[2 * kSteps + 1];
  };
  static constexpr Tries kTries = [] {
    Tries tries{};
    for (int i = 0; i <= 2 * kSteps; ++i) {
      const auto k = static_cast<float>(i);
      tries.at[i] = kCodes.low + kStep * (k - kSteps);
      if (kHasBook) tries.at[i] = i < 5 ? kCodes.low + 7 * (k - 2) : kCodes.high + 7 * (k - 6);
    }
    return tries;
  }();

  static GroupFit fit_group(const float* x) {
    if constexpr (kHasMin) {
      return fit_scale_min<kGroup>(x, kCodes, kSteps, kStep, kLayout.m_is_negated);
    } else {
      return fit_scale<kGroup>(x, kCodes, kTries.at);
    }
  }

  void choose_block_scale() {
    if constexpr (kLayout.d_kind == BlockScale::kE8m0) {
      choose_power_of_two();
    } else if constexpr (kSigned) {
      // With 255 levels the end-to-end scale is all but the best.
      d_ = stored(std::fabs(extreme_of<kGroup>(x_)) / kCodes.high);
    } else {
      const GroupFit fit = fit_group(x_);
      d_ = stored(fit.scale);
      m_ = stored(fit.min);
    }
  }

  // The power of two that puts the extreme element into the highest code's binade, where codes may
  // be cut off at the top, or the next one, where none is.
  void choose_power_of_two() {
    const float extreme = std::fabs(extreme_of<kGroup>(x_));
    if (extreme < kTiny) return;
    const int exponent = std::ilogb(extreme) - std::ilogb(kCodes.high);
    float best_error = INFINITY;
    for (int e = exponent; e <= exponent + 1; ++e) {
      const GroupFit fit{std::ldexp(1.0f, e), 0};
      const float error = squared_error<kGroup>(x_, fit, kCodes);
      if (error < best_error) {
        best_error = error;
        d_ = fit.scale;
      }
    }
  }

  void choose_sub_scales() {
    std::array<GroupFit, kGroups> fits;
    float extreme = 0, deepest = 0;
    for (uint32_t g = 0; g < kGroups; ++g) {
      fits[g] = fit_group(group(g));
      if (std::fabs(fits[g].scale) > std::fabs(extreme)) extreme = fits[g].scale;
      deepest = std::min(deepest, fits[g].min);
    }
    d_ = stored(extreme / static_cast<float>(kSubLow < 0 ? kSubLow : kSubHigh));
    m_ = stored(deepest / static_cast<float>(kSubHigh));
    for (uint32_t g = 0; g < kGroups; ++g) choose_sub_scale(g, fits[g]);
    for (int round = 0; round < 2 && refit(); ++round) {
    }
  }

  static int nearest(float value, float unit, int low, int high) {
    if (std::fabs(unit) < kTiny) return 0;
    return static_cast<int>(
        std::lround(std::clamp(value / unit, static_cast<float>(low), static_cast<float>(high))));
  }

  // The integer scale near fit.scale, with the integer min that is best for it.
  void choose_sub_scale(uint32_t g, GroupFit fit) {
    const int middle = nearest(fit.scale, d_, kSubLow, kSubHigh);
    float best_error = INFINITY;
    for (int scale = std::max(middle - 1, kSubLow); scale <= std::min(middle + 1, kSubHigh);
         ++scale) {
      SubScale sub = {scale, 1};
      GroupFit tried = {d_ * static_cast<float>(scale), fit.min};
      if constexpr (kHasMin) {
        sub.min = best_sub_min(g, tried);
        tried.min = m_ * static_cast<float>(sub.min);
      }
      const float error = squared_error<kGroup>(group(g), tried, kCodes);
      if (error < best_error) {
        best_error = error;
        sub_[g] = sub;
      }
    }
  }

  int best_sub_min(uint32_t g, GroupFit fit) const {
    float min = fit.min;
    if (std::fabs(fit.scale) >= kTiny) {
      const CodeSums s = code_sums<kGroup>(group(g), fit.min, 1.0f / fit.scale, kCodes);
      float sum = 0;
      for (uint32_t i = 0; i < kGroup; ++i) sum += group(g)[i];
      min = (sum - fit.scale * s.l) / static_cast<float>(kGroup);
    }
    return nearest(min, m_, 0, kSubHigh);
  }

  float block_error() const {
    float error = 0;
    for (uint32_t g = 0; g < kGroups; ++g) {
      error += squared_error<kGroup>(group(g), fit_of(g), kCodes);
    }
    return error;
  }

  // With all integers fixed, the best d (and m) in closed form. False when that gains nothing.
  bool refit() {
    // x ~ d * u + m * v, u = sub.scale * code, v = sub.min
    double uu = 0, uv = 0, vv = 0, xu = 0, xv = 0;
    for (uint32_t g = 0; g < kGroups; ++g) {
      const GroupFit fit = fit_of(g);
      if (std::fabs(fit.scale) < kTiny) continue;
      const CodeSums s = code_sums<kGroup>(group(g), fit.min, 1.0f / fit.scale, kCodes);
      const double scale = sub_[g].scale;
      uu += scale * scale * s.ll;
      xu += scale * s.xl;
      if constexpr (kHasMin) {
        const double min = sub_[g].min;
        float sum = 0;
        for (uint32_t i = 0; i < kGroup; ++i) sum += group(g)[i];
        uv += scale * min * s.l;
        vv += min * min * kGroup;
        xv += min * sum;
      }
    }
    const float old_d = d_, old_m = m_;
    const float old_error = block_error();
    const double determinant = uu * vv - uv * uv;
    if (kHasMin && determinant > 1e-9 * uu * vv) {
      d_ = stored(static_cast<float>((xu * vv - xv * uv) / determinant));
      m_ = stored(static_cast<float>((xv * uu - xu * uv) / determinant));
    } else if (uu > 0) {
      d_ = stored(static_cast<float>((xu - m_ * uv) / uu));
    }
    if (block_error() < old_error) return true;
    d_ = old_d;
    m_ = old_m;
    return false;
  }

  static uint32_t raw_of(int32_t code) {
    if constexpr (kHasBook) {
      uint32_t raw = 0;
      while (kLayout.book.at[raw] != code) ++raw;
      return raw;
    } else {
      return static_cast<uint32_t>(code - kLayout.bias) & 255u;
    }
  }

  void store(uint8_t* out) const {
    std::array<float, kLayout.elems> codes;
    for (uint32_t g = 0; g < kGroups; ++g) {
      const GroupFit fit = fit_of(g);
      const float inverse = std::fabs(fit.scale) < kTiny ? 0.0f : 1.0f / fit.scale;
      for (uint32_t i = 0; i < kGroup; i += 4) {
        const Float4 v = (load4(group(g) + i) - splat4(fit.min)) * splat4(inverse);
        const Float4 code = kCodes.nearest(v);
        for (uint32_t k = 0; k < 4; ++k) codes[g * kGroup + i + k] = code[k];
      }
      put_sub_scale(kLayout, out, g, sub_[g]);
    }
    for (uint32_t i = 0; i < kLayout.elems; i += 4) {
      uint32_t raw = 0;
      for (uint32_t k = 0; k < 4; ++k) {
        raw |= raw_of(static_cast<int32_t>(codes[i + k])) << (8 * k);
      }
      put_codes4(kLayout, out, i, raw);
    }
    put_block_scale(kLayout, out, d_, m_);
    store_sums(codes, out);
  }

  void store_sums(const std::array<float, kLayout.elems>& codes, uint8_t* out) const {
    if constexpr (kLayout.sums == StoredSums::kHalf) {
      float sum = 0;
      for (const float code : codes) sum += code;
      put_u16(out + kLayout.sums_off, to_finite_half(d_ * sum));
    } else if constexpr (kLayout.sums == StoredSums::kInt16Per16) {
      for (uint32_t i = 0; i < kLayout.elems; i += 16) {
        float sum = 0;
        for (uint32_t k = 0; k < 16; ++k) sum += codes[i + k];
        put_u16(out + kLayout.sums_off + i / 8, static_cast<uint32_t>(static_cast<int32_t>(sum)));
      }
    }
  }

  const float* x_;
  float d_ = 0;
  float m_ = 0;
  std::array<SubScale, kGroups> sub_ = {};
};

}  // namespace realm
