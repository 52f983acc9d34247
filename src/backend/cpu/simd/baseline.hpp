// Any processor: 4 lanes of the compiler's own vectors, 16 registers. No fused multiply-add: fma()
// rounds twice here. See simd.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace realm::cpu::REALM_ISA {

constexpr int kLanes = 4;
constexpr int kRegisters = 16;

typedef float Float4 __attribute__((vector_size(16)));
typedef int32_t Int4 __attribute__((vector_size(16)));
typedef uint32_t Bits4 __attribute__((vector_size(16)));

struct F32 {
  Float4 v;
};

inline F32 set1(float x) { return {Float4{x, x, x, x}}; }
inline F32 load(const float* p) {
  F32 out;
  std::memcpy(&out.v, p, sizeof out.v);
  return out;
}
inline void store(float* p, F32 x) { std::memcpy(p, &x.v, sizeof x.v); }

/// The first n lanes (n <= kLanes), the rest 0.
inline F32 load_n(const float* p, int64_t n) {
  F32 out{Float4{}};
  std::memcpy(&out.v, p, static_cast<size_t>(n) * sizeof(float));
  return out;
}
inline void store_n(float* p, F32 x, int64_t n) {
  std::memcpy(p, &x.v, static_cast<size_t>(n) * sizeof(float));
}

inline F32 operator+(F32 a, F32 b) { return {a.v + b.v}; }
inline F32 operator-(F32 a, F32 b) { return {a.v - b.v}; }
inline F32 operator*(F32 a, F32 b) { return {a.v * b.v}; }
inline F32 operator/(F32 a, F32 b) { return {a.v / b.v}; }
inline F32 fma(F32 a, F32 b, F32 c) { return {a.v * b.v + c.v}; }

/// mask ? a : b, lanes of all ones or zeros.
inline F32 choose(Int4 mask, F32 a, F32 b) {
  const Bits4 m = (Bits4)mask;
  return {(Float4)(((Bits4)a.v & m) | ((Bits4)b.v & ~m))};
}
inline F32 max(F32 a, F32 b) { return choose(a.v > b.v, a, b); }
inline F32 min(F32 a, F32 b) { return choose(a.v < b.v, a, b); }

inline F32 keep_lanes(F32 x, int64_t first, int64_t last, F32 other) {
  const auto f = static_cast<int32_t>(first);
  const auto l = static_cast<int32_t>(last);
  const Int4 index = {0, 1, 2, 3};
  return choose((index >= Int4{f, f, f, f}) & (index < Int4{l, l, l, l}), x, other);
}
/// a < b ? x : y; y where either is NaN.
inline F32 if_less(F32 a, F32 b, F32 x, F32 y) { return choose(a.v < b.v, x, y); }
inline F32 shift_to_exponent(F32 x) {
  const uint32_t one = 127u << 23;
  return {(Float4)(((Bits4)x.v << 23) + Bits4{one, one, one, one})};
}

inline float reduce_add(F32 x) { return (x.v[0] + x.v[2]) + (x.v[1] + x.v[3]); }
inline float reduce_max(F32 x) {
  const float low = x.v[0] > x.v[2] ? x.v[0] : x.v[2];
  const float high = x.v[1] > x.v[3] ? x.v[1] : x.v[3];
  return low > high ? low : high;
}

inline F32 load_bf16(const uint16_t* p) {
  return {(Float4)Bits4{static_cast<uint32_t>(p[0]) << 16, static_cast<uint32_t>(p[1]) << 16,
                        static_cast<uint32_t>(p[2]) << 16, static_cast<uint32_t>(p[3]) << 16}};
}
inline void store_bf16(uint16_t* p, F32 x) {
  const Bits4 bits = (Bits4)x.v;
  const Bits4 up = bits + ((bits >> 16) & 1u) + 0x7fffu;
  // A NaN keeps its top payload bits and becomes quiet.
  const Bits4 ordered = (Bits4)(x.v == x.v);
  const Bits4 rounded = ((up & ordered) | ((bits | (64u << 16)) & ~ordered)) >> 16;
  for (int i = 0; i < kLanes; ++i) p[i] = static_cast<uint16_t>(rounded[i]);
}

// Conversions of binary16 by arithmetic, without branches (the exact ones are in base/half.hpp).
inline F32 load_f16(const uint16_t* p) {
  const Bits4 half = {p[0], p[1], p[2], p[3]};
  const Bits4 sign = (half & 0x8000u) << 16;
  const Bits4 magnitude = half & 0x7fffu;
  // Multiplying by 2^112 moves the exponent and normalizes subnormal numbers, exactly.
  const Float4 finite = (Float4)(magnitude << 13) * 0x1p112f;
  const Bits4 special = (Bits4)(magnitude >= 0x7c00u);
  const Bits4 bits = ((Bits4)finite & ~special) | (((magnitude << 13) | 0x7f800000u) & special);
  return {(Float4)(bits | sign)};
}
inline void store_f16(uint16_t* p, F32 x) {
  const Bits4 bits = (Bits4)x.v;
  const Bits4 sign = (bits >> 16) & 0x8000u;
  const Bits4 magnitude = bits & 0x7fffffffu;
  // Normal results: round to 10 bits of mantissa in integers. Subnormal ones: the sum with a half
  // rounds in the float unit, to nearest even.
  const Bits4 normal = (magnitude + 0xc8000fffu + ((magnitude >> 13) & 1u)) >> 13;
  const Bits4 subnormal = (Bits4)((Float4)magnitude + 0.5f) - 0x3f000000u;
  const Bits4 is_small = (Bits4)(magnitude < 0x38800000u);
  const Bits4 is_large = (Bits4)(magnitude >= 0x477ff000u);
  const Bits4 is_nan = (Bits4)(magnitude > 0x7f800000u);
  Bits4 out = (subnormal & is_small) | (normal & ~is_small);
  out = (out & ~is_large) | (0x7c00u & is_large);
  out = (out & ~is_nan) | ((0x7e00u | ((magnitude >> 13) & 0x3ffu)) & is_nan);
  out |= sign;
  for (int i = 0; i < kLanes; ++i) p[i] = static_cast<uint16_t>(out[i]);
}

}  // namespace realm::cpu::REALM_ISA
