// Queries as attention_bf16.cpp multiplies them, already scaled.
#pragma once

#include "backend/cpu/kernels/bf16_tiles.hpp"
#include "backend/cpu/simd/simd.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

/// To bfloat16.
inline void round_query(const float* q, int64_t head_dim, float scale, float* out) {
  auto* halves = reinterpret_cast<uint16_t*>(out);
  for (int64_t d = 0; d < head_dim; d += 16) {
    const F32 x = load_n(q + d, head_dim - d < 16 ? head_dim - d : 16) * set1(scale);
    _mm256_mask_storeu_epi16(halves + d, lanes_below(head_dim - d),
                             (__m256i)_mm512_cvtneps_pbh(x.v));
  }
}

/// For keys in blocks: int8 codes, then a scale per 32, then what -offset in every key comes to.
inline void code_query(const float* q, int64_t head_dim, float scale, int32_t offset, float* out) {
  auto* codes = reinterpret_cast<int8_t*>(out);
  auto* scales = reinterpret_cast<float*>(codes + head_dim);
  auto* starts = reinterpret_cast<int32_t*>(scales + head_dim / kKvBlock);
  for (int64_t b = 0; b < head_dim / kKvBlock; ++b) {
    const F32 x[2] = {load(q + b * kKvBlock) * set1(scale),
                      load(q + b * kKvBlock + 16) * set1(scale)};
    F32 most = set1(0);
    F32 spoilt = set1(0);  // NaN once an element is no finite number
    for (const F32 v : x) {
      most = max(max(v, set1(0) - v), most);
      spoilt = fma(v, set1(0), spoilt);
    }
    const float largest = reduce_max(most) + reduce_add(spoilt);
    const float inverse = largest > 0 ? 127.0f / largest : 0.0f;
    // Of a row that is not finite the codes are any number, and the scale poisons the product: no
    // overflow may be undefined.
    uint32_t sum = 0;
    for (int i = 0; i < 2; ++i) {
      const __m512i code = _mm512_cvtps_epi32((x[i] * set1(inverse)).v);
      sum += static_cast<uint32_t>(_mm512_reduce_add_epi32(code));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(codes + b * kKvBlock + i * 16),
                       _mm512_cvtsepi32_epi8(code));
    }
    scales[b] = largest / 127.0f;
    starts[b] = static_cast<int32_t>(0u - static_cast<uint32_t>(offset) * sum);
  }
}

}  // namespace
}  // namespace realm::cpu::REALM_ISA
