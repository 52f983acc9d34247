// Armv8.2 with the dot product: tiles of 4 rows, one register of 4 codes a row. An operand of sdot
// is a lane of a register that holds 16 codes of a column.
#pragma once

#include <arm_neon.h>

#include <cstdint>
#include <cstring>

#include "backend/cpu/linear/kernels/unroll.hpp"

namespace realm::cpu::REALM_ISA {

struct Neon {
  static constexpr const char* kName = "neon";
  static constexpr int kRows = 4;
  // Integers, floats, halves of 16-element groups and codes of 6 columns are 24 of 32 registers.
  static constexpr int kColumns = 6;
  static constexpr int kPlainSums = 8;  // latency of an FMA, two a cycle
  static constexpr int kPlainTiles = 2;
  static constexpr bool kOffsetBytes = false;
  static constexpr int kUnit = 16;

  // Runs: one tile times as many columns.
  static constexpr bool kFoldsScales = false;
  static constexpr bool kScalesPairs = false;
  static constexpr int kPanelVectors = 1;
  static constexpr int kPlainRunTiles = 4;
  static constexpr int kRunColumns = 6;
  static constexpr int kFewestRunColumns = 4;
  static constexpr int kPlainRunColumns = 6;
  static constexpr bool kRunsUnfolded = false;

  using Floats = float32x4_t;
  using Ints = int32x4_t;
  using Codes = uint8x16_t;

  static REALM_KERNEL Codes load_codes(const uint8_t* at) { return vld1q_u8(at); }
  template <int kShift>
  static REALM_KERNEL Codes shift_right(Codes v) {
    return vshrq_n_u8(v, kShift);
  }
  template <int kShift>
  static REALM_KERNEL Codes shift_left(Codes v) {
    return vshlq_n_u8(v, kShift);
  }
  template <int kMask>
  static REALM_KERNEL Codes mask(Codes v) {
    return vandq_u8(v, vdupq_n_u8(kMask));
  }
  template <int kMask>
  static REALM_KERNEL Codes merge(Codes a, Codes b) {
    return vorrq_u8(a, mask<kMask>(b));
  }

  /// table[v] of every byte of v, all below 16.
  static REALM_KERNEL Codes look_up(const uint8_t (&table)[16], Codes v) {
    return vqtbl1q_u8(vld1q_u8(table), v);
  }

  static REALM_KERNEL void store_codes(uint8_t* at, Codes v) { vst1q_u8(at, v); }

  static REALM_KERNEL Ints zero_ints() { return vdupq_n_s32(0); }
  template <int kShift>
  static REALM_KERNEL Ints start(const int32_t* at) {
    return vshlq_n_s32(vld1q_dup_s32(at), kShift);
  }
  template <int kCount, int kMaxCode, bool kSigned, int kN, class Quad, class Start>
  static REALM_KERNEL void dot(Ints (&s)[kN], const int8_t* x, Quad&& quad, Start&& start) {
    static_assert(kSigned || kMaxCode < 128);
    int8x16_t column[kN];
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { s[j] = start(j); });
    unroll<kCount>([&](auto i) REALM_KERNEL_LAMBDA {
      constexpr int kI = decltype(i)::value;
      if constexpr (kI % 4 == 0) {
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          column[j] = vld1q_s8(x + (kI / 4 * kN + j) * kUnit);
        });
      }
      const int8x16_t w = vreinterpretq_s8_u8(quad(i));
      unroll<kN>([&](auto j)
                     REALM_KERNEL_LAMBDA { s[j] = vdotq_laneq_s32(s[j], w, column[j], kI % 4); });
    });
  }

  static REALM_KERNEL int16x8_t round_8(const float* x, float factor) {
    const int32x4_t low = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(x), factor));
    const int32x4_t high = vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(x + 4), factor));
    return vcombine_s16(vmovn_s32(low), vmovn_s32(high));
  }
  /// codes = x * factor, to the nearest integer, ties to even; sums of both halves.
  static REALM_KERNEL void round_32(const float* x, float factor, int8_t* codes, int32_t* sums) {
    for (int half = 0; half < 2; ++half, x += 16, codes += 16) {
      const int8x16_t v =
          vcombine_s8(vmovn_s16(round_8(x, factor)), vmovn_s16(round_8(x + 8, factor)));
      vst1q_s8(codes, v);
      sums[half] = vaddlvq_s8(v);
    }
  }

  static REALM_KERNEL Floats zero() { return vdupq_n_f32(0); }
  static REALM_KERNEL Floats to_floats(Ints v) { return vcvtq_f32_s32(v); }
  static REALM_KERNEL Floats broadcast(const float* at) { return vld1q_dup_f32(at); }
  static REALM_KERNEL Floats mul(Floats a, Floats b) { return vmulq_f32(a, b); }
  static REALM_KERNEL Floats add(Floats a, Floats b) { return vaddq_f32(a, b); }
  static REALM_KERNEL Floats fma(Floats a, Floats b, Floats c) { return vfmaq_f32(c, a, b); }
  static REALM_KERNEL Floats negate(Floats a) { return vnegq_f32(a); }
  static REALM_KERNEL Floats load(const float* at) { return vld1q_f32(at); }
  static REALM_KERNEL void store(float* at, Floats v) { vst1q_f32(at, v); }
  static REALM_KERNEL Floats load_first(const float* at, int n) {
    float v[4] = {};
    for (int i = 0; i < n; ++i) v[i] = at[i];
    return vld1q_f32(v);
  }
  static REALM_KERNEL void store_first(float* at, Floats v, int n) {
    float all[4];
    vst1q_f32(all, v);
    for (int i = 0; i < n; ++i) at[i] = all[i];
  }
  static REALM_KERNEL uint16x4_t load_u16(const uint8_t* at) {
    uint64_t v;
    std::memcpy(&v, at, sizeof v);
    return vcreate_u16(v);
  }
  static REALM_KERNEL Floats load_halves(const uint8_t* at) {
    return vcvt_f32_f16(vreinterpret_f16_u16(load_u16(at)));
  }
  /// The first and the second bfloat16 of every row's pair.
  static REALM_KERNEL void load_brain_pairs(const uint8_t* at, Floats& first, Floats& second) {
    const uint32x4_t v = vreinterpretq_u32_u8(vld1q_u8(at));
    first = vreinterpretq_f32_u32(vshlq_n_u32(v, 16));
    second = vreinterpretq_f32_u32(vandq_u32(v, vdupq_n_u32(0xffff0000u)));
  }
  static REALM_KERNEL uint8x8_t load_4(const uint8_t* at) {
    uint32_t v;
    std::memcpy(&v, at, sizeof v);
    return vcreate_u8(v);
  }
  /// As load_e8m0() in formats/layout.hpp: of both terms, the second is larger for 0 and 1 only.
  static REALM_KERNEL Floats load_e8m0(const uint8_t* at) {
    const Ints e = load_bytes(at);
    const Ints normal = vshlq_n_s32(vsubq_s32(e, vdupq_n_s32(1)), 23);
    const Ints small = vshlq_n_s32(vaddq_s32(e, vdupq_n_s32(1)), 21);
    return vreinterpretq_f32_s32(vmaxq_s32(normal, small));
  }
  static REALM_KERNEL Ints load_bytes(const uint8_t* at) {
    return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(load_4(at)))));
  }
  static REALM_KERNEL Ints load_signed_bytes(const uint8_t* at) {
    return vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_u8(load_4(at)))));
  }
  static REALM_KERNEL Ints low_nibble(Ints v) { return vandq_s32(v, vdupq_n_s32(15)); }
  static REALM_KERNEL Ints high_nibble(Ints v) { return vshrq_n_s32(v, 4); }
};

}  // namespace realm::cpu::REALM_ISA
