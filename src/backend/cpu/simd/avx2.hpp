// AVX2 with FMA and F16C: 8 lanes, 16 registers. See simd.hpp.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace realm::cpu::REALM_ISA {

constexpr int kLanes = 8;
constexpr int kRegisters = 16;

struct F32 {
  __m256 v;
};

inline F32 set1(float x) { return {_mm256_set1_ps(x)}; }
inline F32 load(const float* p) { return {_mm256_loadu_ps(p)}; }
inline void store(float* p, F32 x) { _mm256_storeu_ps(p, x.v); }

inline __m256i lanes_below(int64_t n) {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), index);
}
/// The first n lanes (n <= kLanes), the rest 0.
inline F32 load_n(const float* p, int64_t n) { return {_mm256_maskload_ps(p, lanes_below(n))}; }
inline void store_n(float* p, F32 x, int64_t n) { _mm256_maskstore_ps(p, lanes_below(n), x.v); }

inline F32 operator+(F32 a, F32 b) { return {_mm256_add_ps(a.v, b.v)}; }
inline F32 operator-(F32 a, F32 b) { return {_mm256_sub_ps(a.v, b.v)}; }
inline F32 operator*(F32 a, F32 b) { return {_mm256_mul_ps(a.v, b.v)}; }
inline F32 operator/(F32 a, F32 b) { return {_mm256_div_ps(a.v, b.v)}; }
inline F32 fma(F32 a, F32 b, F32 c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
inline F32 max(F32 a, F32 b) { return {_mm256_max_ps(a.v, b.v)}; }
inline F32 min(F32 a, F32 b) { return {_mm256_min_ps(a.v, b.v)}; }

inline F32 keep_lanes(F32 x, int64_t first, int64_t last, F32 other) {
  const __m256i keep = _mm256_andnot_si256(lanes_below(first), lanes_below(last));
  return {_mm256_blendv_ps(other.v, x.v, _mm256_castsi256_ps(keep))};
}
/// a < b ? x : y; y where either is NaN.
inline F32 if_less(F32 a, F32 b, F32 x, F32 y) {
  return {_mm256_blendv_ps(y.v, x.v, _mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ))};
}
inline F32 shift_to_exponent(F32 x) {
  const __m256i k = _mm256_slli_epi32(_mm256_castps_si256(x.v), 23);
  return {_mm256_castsi256_ps(_mm256_add_epi32(k, _mm256_set1_epi32(127 << 23)))};
}

inline float reduce_add(F32 x) {
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(x.v), _mm256_extractf128_ps(x.v, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}
inline float reduce_max(F32 x) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(x.v), _mm256_extractf128_ps(x.v, 1));
  four = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

inline F32 load_f16(const uint16_t* p) {
  return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)))};
}
inline void store_f16(uint16_t* p, F32 x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                   _mm256_cvtps_ph(x.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
inline F32 load_bf16(const uint16_t* p) {
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16))};
}
inline void store_bf16(uint16_t* p, F32 x) {
  const __m256i bits = _mm256_castps_si256(x.v);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i up = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  // A NaN keeps its top payload bits and becomes quiet.
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(64 << 16));
  const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(x.v, x.v, _CMP_UNORD_Q));
  const __m256i high = _mm256_srli_epi32(_mm256_blendv_epi8(up, quiet, nan), 16);
  const __m256i packed = _mm256_packus_epi32(high, high);  // within each half
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p),
                   _mm256_castsi256_si128(_mm256_permute4x64_epi64(packed, 0x08)));
}

}  // namespace realm::cpu::REALM_ISA
