// The vectors of one instruction set, in the compilers' own vector types; intrinsics where one
// instruction does what would take several.
#pragma once

#if defined(REALM_ISA_AVX512) || defined(REALM_ISA_AVX2)
#include <immintrin.h>
#endif

#include <cstdint>

#define REALM_FIT __attribute__((always_inline)) inline

namespace realm::fit::REALM_ISA {

#if defined(REALM_ISA_AVX512)
constexpr uint32_t kVecBytes = 64;
#elif defined(REALM_ISA_AVX2)
constexpr uint32_t kVecBytes = 32;
#else
constexpr uint32_t kVecBytes = 16;
#endif
using Vec [[gnu::vector_size(kVecBytes)]] = float;
using Ints [[gnu::vector_size(kVecBytes)]] = int32_t;
constexpr uint32_t kWidth = kVecBytes / 4;

REALM_FIT Vec load(const float* at) {
  Vec v;
  __builtin_memcpy(&v, at, sizeof v);
  return v;
}
REALM_FIT void store(float* at, Vec v) { __builtin_memcpy(at, &v, sizeof v); }
REALM_FIT Vec splat(float x) { return x - Vec{}; }

/// a > b ? then : otherwise, lane by lane; false for NaN.
REALM_FIT Vec where_greater(Vec a, Vec b, Vec then, Vec otherwise) {
  return a > b ? then : otherwise;
}
#if defined(REALM_ISA_AVX512)
REALM_FIT Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
REALM_FIT Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
REALM_FIT Vec round(Vec v) { return _mm512_roundscale_ps(v, 0); }
REALM_FIT Vec plus_square(Vec sum, Vec l) { return _mm512_fmadd_ps(l, l, sum); }
#elif defined(REALM_ISA_AVX2)
REALM_FIT Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
REALM_FIT Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
REALM_FIT Vec round(Vec v) { return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT); }
REALM_FIT Vec plus_square(Vec sum, Vec l) { return _mm256_fmadd_ps(l, l, sum); }
#else
REALM_FIT Vec max(Vec a, Vec b) { return a > b ? a : b; }
REALM_FIT Vec min(Vec a, Vec b) { return a < b ? a : b; }
/// Nearest integer, ties to even; |v| < 2^22. Adding 1.5 * 2^23 leaves no room for a fraction.
REALM_FIT Vec round(Vec v) {
  const Vec magic = splat(0x1.8p23f);
  return (v + magic) - magic;
}
/// sum + l * l of integers below 2^24: exact, so that fusing does not show.
REALM_FIT Vec plus_square(Vec sum, Vec l) { return sum + l * l; }
#endif
REALM_FIT Vec abs(Vec v) { return max(v, -v); }

/// Four values of four groups each, `stride` apart, into four lanes of four rows.
REALM_FIT void transpose_4x4(const float* from, uint32_t stride, float* to, uint32_t row) {
  using Four [[gnu::vector_size(16)]] = float;
  Four a, b, c, d;
  __builtin_memcpy(&a, from, 16);
  __builtin_memcpy(&b, from + stride, 16);
  __builtin_memcpy(&c, from + 2 * stride, 16);
  __builtin_memcpy(&d, from + 3 * stride, 16);
  const Four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);  // a0 b0 a1 b1
  const Four cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Four ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  a = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  b = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  c = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
  d = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
  __builtin_memcpy(to, &a, 16);
  __builtin_memcpy(to + row, &b, 16);
  __builtin_memcpy(to + 2 * row, &c, 16);
  __builtin_memcpy(to + 3 * row, &d, 16);
}

/// Nearest number that a binary16 holds; magnitudes above its largest become the largest.
REALM_FIT Vec round_to_half(Vec v) {
  const Vec limit = splat(65504.0f);
  v = max(min(v, limit), -limit);
  // Splitting at 11 bits; subnormals are multiples of 2^-24.
  const Vec shifted = v * 8193.0f;
  const Vec normal = shifted - (shifted - v);
  const Vec small = (v + splat(0.75f)) - splat(0.75f);
  return where_greater(splat(0x1p-14f), abs(v), small, normal);
}

}  // namespace realm::fit::REALM_ISA
