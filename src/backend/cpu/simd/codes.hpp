// Vectors of the whole numbers that blocks of keys and values hold, as floats. Beside simd.hpp, for
// the kernels of attention alone.
#pragma once

#include <cstring>

#include "backend/cpu/simd/simd.hpp"

namespace realm::cpu::REALM_ISA {

/// (p[i] >> shift) & mask of kLanes words.
template <int shift, uint32_t mask>
inline F32 word_codes(const uint32_t* p) {
#if defined(REALM_ISA_AVX512)
  const __m512i words = _mm512_srli_epi32(_mm512_loadu_si512(p), shift);
  return {_mm512_cvtepi32_ps(_mm512_and_si512(words, _mm512_set1_epi32(mask)))};
#elif defined(REALM_ISA_AVX2)
  const __m256i words = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i low = _mm256_srli_epi32(words, shift);
  return {_mm256_cvtepi32_ps(_mm256_and_si256(low, _mm256_set1_epi32(mask)))};
#elif defined(REALM_ISA_NEON)
  uint32x4_t words = vld1q_u32(p);
  if constexpr (shift > 0) words = vshrq_n_u32(words, shift);
  return {vcvtq_f32_u32(vandq_u32(words, vdupq_n_u32(mask)))};
#else
  float lanes[kLanes];
  for (int i = 0; i < kLanes; ++i) {
    lanes[i] = static_cast<float>(static_cast<int32_t>((p[i] >> shift) & mask));
  }
  return load(lanes);
#endif
}

/// kLanes signed bytes.
inline F32 signed_codes(const uint8_t* p) {
#if defined(REALM_ISA_AVX512)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes))};
#elif defined(REALM_ISA_AVX2)
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
  return {_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes))};
#else
  float lanes[kLanes];
  for (int i = 0; i < kLanes; ++i) lanes[i] = static_cast<float>(static_cast<int8_t>(p[i]));
  return load(lanes);
#endif
}

/// Bits [shift, shift + 4) of kLanes bytes, less 8.
template <int shift>
inline F32 nibble_codes(const uint8_t* p) {
#if defined(REALM_ISA_AVX512)
  const __m512i bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  const __m512i nibbles = _mm512_and_si512(_mm512_srli_epi32(bytes, shift), _mm512_set1_epi32(15));
  return {_mm512_cvtepi32_ps(_mm512_sub_epi32(nibbles, _mm512_set1_epi32(8)))};
#elif defined(REALM_ISA_AVX2)
  const __m256i bytes = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  const __m256i nibbles = _mm256_and_si256(_mm256_srli_epi32(bytes, shift), _mm256_set1_epi32(15));
  return {_mm256_cvtepi32_ps(_mm256_sub_epi32(nibbles, _mm256_set1_epi32(8)))};
#else
  float lanes[kLanes];
  for (int i = 0; i < kLanes; ++i) lanes[i] = static_cast<float>(((p[i] >> shift) & 15) - 8);
  return load(lanes);
#endif
}

}  // namespace realm::cpu::REALM_ISA
