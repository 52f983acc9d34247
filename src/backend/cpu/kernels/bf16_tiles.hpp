// Register tiles of attention_bf16.cpp: where keys and values come from, and the products of a few
// query rows with them. All of one row's sums are chains in a fixed order, whatever the tile.
#pragma once

#include <immintrin.h>

#include "backend/cpu/kernels.hpp"
#include "backend/cpu/linear/kernels/unroll.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

/// Where pairs of bfloat16 are read from. A panel of keys is [head_dim / 2][16][2], of values
/// [8][head_dim][2]: pairs of elements or tokens side by side, as vdpbf16ps takes them.
enum class Source { kPanel, kF16, kBF16, kQ8_0, kQ4_0 };

constexpr bool is_blocks(Source s) { return s == Source::kQ8_0 || s == Source::kQ4_0; }
constexpr int block_bytes(Source s) { return s == Source::kQ8_0 ? kKvBlock : kKvBlock / 2; }

// Two rows of 16 bfloat16, low and high, as 16 pairs.
REALM_KERNEL __m512i interleave(__m512i rows) {
  const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24,
                                         8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  return _mm512_permutexvar_epi16(order, rows);
}

REALM_KERNEL __m512i round_rows(__m512 first, __m512 second) {
  return (__m512i)_mm512_cvtne2ps_pbh(second, first);
}

REALM_KERNEL __m512 f16_row(const uint16_t* p, __mmask16 lanes) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, p));
}

REALM_KERNEL uint32_t pair_at(const uint16_t* p) {
  uint32_t pair = 0;
  __builtin_memcpy(&pair, p, sizeof pair);
  return pair;
}

/// Fetches line `line` of what will be needed a few groups later, or nothing where `at` is null.
REALM_KERNEL void fetch(const void* at, int64_t line) {
  if (at != nullptr) {
    _mm_prefetch(static_cast<const char*>(at) + line * 64, _MM_HINT_T0);
  }
}

/// Elements 2j and 2j + 1 of a group's keys.
template <Source s>
REALM_KERNEL __m512i key_pairs(const void* group, int64_t j) {
  const auto* p = static_cast<const uint16_t*>(group) + j * 2 * kTokenGroup;
  if constexpr (s == Source::kF16) {
    const auto row = [](const uint16_t* at) {
      return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
    };
    return interleave(round_rows(row(p), row(p + kTokenGroup)));
  } else {
    const __m512i both = _mm512_loadu_si512(p);
    return s == Source::kBF16 ? interleave(both) : both;
  }
}

// 16 codes of a token's values, in elements 16 * half ... of block b: exactly their floats.
template <Source s>
REALM_KERNEL __m512 value_codes(const uint8_t* block, int half, float scale) {
  const auto* at = reinterpret_cast<const __m128i*>(block + (s == Source::kQ8_0 ? 16 * half : 0));
  const __m128i bytes = _mm_loadu_si128(at);
  __m512i codes;
  if constexpr (s == Source::kQ8_0) {
    codes = _mm512_cvtepi8_epi32(bytes);
  } else {
    const __m512i wide = _mm512_cvtepu8_epi32(bytes);
    const __m512i nibble =
        _mm512_and_si512(half == 0 ? wide : _mm512_srli_epi32(wide, 4), _mm512_set1_epi32(15));
    codes = _mm512_sub_epi32(nibble, _mm512_set1_epi32(8));
  }
  return _mm512_mul_ps(_mm512_cvtepi32_ps(codes), _mm512_set1_ps(scale));
}

/// Tokens 2i and 2i + 1 of a group's values, elements [column, column + 16), those of `lanes`.
/// `scales`: of blocks, [head_dim / 32][kChunkTokens] from the group's first token on.
template <Source s>
REALM_KERNEL __m512i value_pairs(const void* group, int64_t i, int64_t head_dim, int64_t column,
                                 __mmask16 lanes, const float* scales) {
  if constexpr (s == Source::kPanel) {
    const auto* p = static_cast<const uint16_t*>(group) + (i * head_dim + column) * 2;
    return _mm512_maskz_loadu_epi32(lanes, p);
  } else if constexpr (is_blocks(s)) {
    const int64_t row = head_dim / kKvBlock * block_bytes(s);
    const int64_t b = column / kKvBlock;
    const int half = static_cast<int>(column / 16 % 2);
    const auto* first = static_cast<const uint8_t*>(group) + 2 * i * row + b * block_bytes(s);
    const float* scale = scales + b * kChunkTokens + 2 * i;
    return interleave(round_rows(value_codes<s>(first, half, scale[0]),
                                 value_codes<s>(first + row, half, scale[1])));
  } else {
    const auto* p = static_cast<const uint16_t*>(group) + 2 * i * head_dim + column;
    if constexpr (s == Source::kF16) {
      return interleave(round_rows(f16_row(p, lanes), f16_row(p + head_dim, lanes)));
    } else {
      const __m256i first = _mm256_maskz_loadu_epi16(lanes, p);
      const __m256i second = _mm256_maskz_loadu_epi16(lanes, p + head_dim);
      return interleave(_mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1));
    }
  }
}

REALM_KERNEL __m512 dot_pairs(__m512 sum, __m512i pairs, uint32_t pair) {
  return _mm512_dpbf16_ps(sum, (__m512bh)pairs,
                          (__m512bh)_mm512_set1_epi32(static_cast<int32_t>(pair)));
}

/// scores[r][...] of whole groups: q [rows] of bfloat16, `q_stride` elements apart.
template <int rows, int groups, Source s>
void score_pairs(const uint16_t* q, int64_t q_stride, int64_t head_dim, const void* const* k,
                 const void* const* ahead, float* scores) {
  __m512 sums[rows][groups];
  unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
    unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA { sums[r][g] = _mm512_setzero_ps(); });
  });
  for (int64_t j = 0; j < head_dim / 2; ++j) {
    __m512i keys[groups];
    unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA {
      keys[g] = key_pairs<s>(k[g], j);
      if constexpr (s != Source::kPanel) fetch(ahead[g], j);
    });
    unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
      const uint32_t pair = pair_at(q + r * q_stride + 2 * j);
      unroll<groups>(
          [&](auto g) REALM_KERNEL_LAMBDA { sums[r][g] = dot_pairs(sums[r][g], keys[g], pair); });
    });
  }
  unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
    unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA {
      _mm512_storeu_ps(scores + r * kChunkTokens + g * kTokenGroup, sums[r][g]);
    });
  });
}

/// A query row in blocks: codes [head_dim], then scales and starts of the sums [head_dim / 32].
struct CodedQuery {
  CodedQuery(const void* row, int64_t head_dim)
      : codes(static_cast<const int8_t*>(row)),
        scales(reinterpret_cast<const float*>(codes + head_dim)),
        starts(reinterpret_cast<const int32_t*>(scales + head_dim / kKvBlock)) {}
  const int8_t* codes;
  const float* scales;
  const int32_t* starts;  ///< minus what is added to keys' codes, times the sum of the row's
};

/// As score_pairs, over keys in blocks: whole numbers within a block.
template <int rows, int groups, Source s>
void score_codes(const float* q, int64_t head_dim, const void* const* k, const void* const* ahead,
                 float* scores) {
  constexpr int kUnits = block_bytes(s) / 4;
  constexpr int64_t kUnitBytes = 4 * kTokenGroup;
  const int64_t blocks = head_dim / kKvBlock;
  __m512 sums[rows][groups];
  unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
    unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA { sums[r][g] = _mm512_setzero_ps(); });
  });
  for (int64_t b = 0; b < blocks; ++b) {
    __m512i products[rows][groups];
    unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
      const CodedQuery row(q + r * head_dim, head_dim);
      unroll<groups>(
          [&](auto g) REALM_KERNEL_LAMBDA { products[r][g] = _mm512_set1_epi32(row.starts[b]); });
    });
    unroll<kUnits>([&](auto u) REALM_KERNEL_LAMBDA {
      __m512i low[groups];
      __m512i high[groups];
      unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA {
        low[g] =
            _mm512_loadu_si512(static_cast<const uint8_t*>(k[g]) + (b * kUnits + u) * kUnitBytes);
        fetch(ahead[g], b * kUnits + u);
        if constexpr (s == Source::kQ4_0) {
          const __m512i nibbles = _mm512_set1_epi8(15);
          high[g] = _mm512_and_si512(_mm512_srli_epi32(low[g], 4), nibbles);
          low[g] = _mm512_and_si512(low[g], nibbles);
        }
      });
      unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
        const auto* codes = reinterpret_cast<const uint16_t*>(
            CodedQuery(q + r * head_dim, head_dim).codes + b * kKvBlock + 4 * u);
        const __m512i first = _mm512_set1_epi32(static_cast<int32_t>(pair_at(codes)));
        unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA {
          products[r][g] = _mm512_dpbusd_epi32(products[r][g], low[g], first);
        });
        if constexpr (s == Source::kQ4_0) {
          const __m512i second = _mm512_set1_epi32(static_cast<int32_t>(pair_at(codes + 8)));
          unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA {
            products[r][g] = _mm512_dpbusd_epi32(products[r][g], high[g], second);
          });
        }
      });
    });
    unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA {
      const auto* scales_at = static_cast<const uint8_t*>(k[g]) + blocks * kUnits * kUnitBytes;
      const __m512 scales = _mm512_cvtph_ps(
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(scales_at + b * 2 * kTokenGroup)));
      unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
        const float scale = CodedQuery(q + r * head_dim, head_dim).scales[b];
        sums[r][g] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(products[r][g]),
                                     _mm512_mul_ps(scales, _mm512_set1_ps(scale)), sums[r][g]);
      });
    });
  }
  unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
    unroll<groups>([&](auto g) REALM_KERNEL_LAMBDA {
      _mm512_storeu_ps(scores + r * kChunkTokens + g * kTokenGroup, sums[r][g]);
    });
  });
}

/// Lines of two tokens' values.
template <Source s>
constexpr int64_t pair_lines(int64_t head_dim) {
  const int64_t row = is_blocks(s) ? head_dim / kKvBlock * block_bytes(s) : 2 * head_dim;
  return (2 * row + 63) / 64;
}

/// mix[r][column + ...] += sum over pairs of tokens [first, end) of weights[r] * v. `keep`: of the
/// one pair of which a token is not seen, whatever it holds.
template <int rows, int vectors, Source s, bool part>
void mix_pairs(const uint16_t* weights, int64_t first, int64_t end, const void* const* v,
               int64_t head_dim, int64_t column, __mmask16 lanes, __m512i keep, const float* scales,
               const void* const* ahead, float* mix) {
  constexpr int64_t kGroupPairs = kTokenGroup / 2;
  __m512 sums[rows][vectors];
  unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
    unroll<vectors>([&](auto i) REALM_KERNEL_LAMBDA {
      sums[r][i] = _mm512_maskz_loadu_ps(lanes, mix + r * head_dim + column + i * 16);
    });
  });
  for (int64_t pair = first; pair < end; ++pair) {
    const int64_t group = pair / kGroupPairs;
    if constexpr (s != Source::kPanel) {
      const int64_t lines = ahead == nullptr ? 0 : pair_lines<s>(head_dim);
      for (int64_t l = 0; l < lines; ++l) fetch(ahead[group], pair % kGroupPairs * lines + l);
    }
    __m512i values[vectors];
    unroll<vectors>([&](auto i) REALM_KERNEL_LAMBDA {
      values[i] = value_pairs<s>(v[group], pair % kGroupPairs, head_dim, column + i * 16, lanes,
                                 scales + group * kTokenGroup);
      if constexpr (part) values[i] = _mm512_and_si512(values[i], keep);
    });
    unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
      const uint32_t weight = pair_at(weights + r * kChunkTokens + 2 * pair);
      unroll<vectors>([&](auto i) REALM_KERNEL_LAMBDA {
        sums[r][i] = dot_pairs(sums[r][i], values[i], weight);
      });
    });
  }
  unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
    unroll<vectors>([&](auto i) REALM_KERNEL_LAMBDA {
      _mm512_mask_storeu_ps(mix + r * head_dim + column + i * 16, lanes, sums[r][i]);
    });
  });
}

}  // namespace
}  // namespace realm::cpu::REALM_ISA
