// NEON of Armv8.2: 4 lanes, 32 registers. See simd.hpp.
#pragma once

#include <arm_neon.h>

#include <cstdint>
#include <cstring>

namespace realm::cpu::REALM_ISA {

constexpr int kLanes = 4;
constexpr int kRegisters = 32;

struct F32 {
  float32x4_t v;
};

inline F32 set1(float x) { return {vdupq_n_f32(x)}; }
inline F32 load(const float* p) { return {vld1q_f32(p)}; }
inline void store(float* p, F32 x) { vst1q_f32(p, x.v); }

/// The first n lanes (n <= kLanes), the rest 0.
inline F32 load_n(const float* p, int64_t n) {
  float lanes[kLanes] = {};
  std::memcpy(lanes, p, static_cast<size_t>(n) * sizeof(float));
  return load(lanes);
}
inline void store_n(float* p, F32 x, int64_t n) {
  float lanes[kLanes];
  store(lanes, x);
  std::memcpy(p, lanes, static_cast<size_t>(n) * sizeof(float));
}

inline F32 operator+(F32 a, F32 b) { return {vaddq_f32(a.v, b.v)}; }
inline F32 operator-(F32 a, F32 b) { return {vsubq_f32(a.v, b.v)}; }
inline F32 operator*(F32 a, F32 b) { return {vmulq_f32(a.v, b.v)}; }
inline F32 operator/(F32 a, F32 b) { return {vdivq_f32(a.v, b.v)}; }
inline F32 fma(F32 a, F32 b, F32 c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
inline F32 max(F32 a, F32 b) { return {vbslq_f32(vcgtq_f32(a.v, b.v), a.v, b.v)}; }
inline F32 min(F32 a, F32 b) { return {vbslq_f32(vcltq_f32(a.v, b.v), a.v, b.v)}; }

inline uint32x4_t lanes_below(int64_t n) {
  const int32_t indices[kLanes] = {0, 1, 2, 3};
  return vcltq_s32(vld1q_s32(indices), vdupq_n_s32(static_cast<int32_t>(n)));
}
inline F32 keep_lanes(F32 x, int64_t first, int64_t last, F32 other) {
  const uint32x4_t keep = vbicq_u32(lanes_below(last), lanes_below(first));
  return {vbslq_f32(keep, x.v, other.v)};
}
/// a < b ? x : y; y where either is NaN.
inline F32 if_less(F32 a, F32 b, F32 x, F32 y) {
  return {vbslq_f32(vcltq_f32(a.v, b.v), x.v, y.v)};
}
inline F32 shift_to_exponent(F32 x) {
  const int32x4_t k = vshlq_n_s32(vreinterpretq_s32_f32(x.v), 23);
  return {vreinterpretq_f32_s32(vaddq_s32(k, vdupq_n_s32(127 << 23)))};
}

inline float reduce_add(F32 x) {
  const float32x2_t two = vadd_f32(vget_low_f32(x.v), vget_high_f32(x.v));
  return vget_lane_f32(vpadd_f32(two, two), 0);
}
inline float reduce_max(F32 x) {
  float lanes[kLanes];
  store(lanes, x);
  const float low = lanes[0] > lanes[2] ? lanes[0] : lanes[2];
  const float high = lanes[1] > lanes[3] ? lanes[1] : lanes[3];
  return low > high ? low : high;
}

inline F32 load_f16(const uint16_t* p) { return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)))}; }
inline void store_f16(uint16_t* p, F32 x) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(x.v))); }
inline F32 load_bf16(const uint16_t* p) {
  return {vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16))};
}
inline void store_bf16(uint16_t* p, F32 x) {
  const uint32x4_t bits = vreinterpretq_u32_f32(x.v);
  const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  const uint32x4_t up = vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
  // A NaN keeps its top payload bits and becomes quiet.
  const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(64u << 16));
  vst1_u16(p, vshrn_n_u32(vbslq_u32(vceqq_f32(x.v, x.v), up, quiet), 16));
}

}  // namespace realm::cpu::REALM_ISA
