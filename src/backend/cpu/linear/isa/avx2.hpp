// AVX2 with FMA and F16C: tiles of 8 rows, one register of 4 codes a row.
//
// vpmaddubsw adds pairs of products in int16. Codes of up to 6 bits leave room to add more of them
// there (15 * 127 * 2 * 8 = 30480, 63 * 127 * 2 * 2 = 32004), so that the widening vpmaddwd runs
// once a block or once in two steps: 35 to 39 multiply-adds a cycle against 18 with one a step (Zen
// 4, 2026-11). Signed bytes are multiplied as |w| times x with w's sign; 128 * 127 * 2 = 32512
// fits.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/linear/kernels/unroll.hpp"

namespace realm::cpu::REALM_ISA {

struct Avx2 {
  static constexpr const char* kName = "avx2";
  static constexpr int kRows = 8;
  static constexpr int kColumns = 4;  // int16, int32 and float sums of 4 columns fill 16 registers
  static constexpr int kPlainSums = 8;  // latency of an FMA, two a cycle
  static constexpr int kPlainTiles = 2;
  static constexpr bool kOffsetBytes = false;
  static constexpr int kUnit = 4;  // an operand is broadcast from 4 codes of a column

  // Runs: two tiles times 3 columns. A step reads 5 vectors for 6 products, where one tile times 4
  // columns reads 5 for 4 and waits for them.
  static constexpr bool kFoldsScales = false;
  static constexpr bool kScalesPairs = true;
  static constexpr int kPanelVectors = 2;
  static constexpr int kPlainRunTiles = 4;
  static constexpr int kRunColumns = 3;
  static constexpr int kFewestRunColumns = 2;
  static constexpr int kPlainRunColumns = 3;
  static constexpr bool kRunsUnfolded = true;

  using Floats = __m256;
  using Ints = __m256i;
  using Codes = __m256i;

  static REALM_KERNEL Codes load_codes(const uint8_t* at) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  }
  template <int kShift>
  static REALM_KERNEL Codes shift_right(Codes v) {
    return _mm256_srli_epi16(v, kShift);
  }
  template <int kShift>
  static REALM_KERNEL Codes shift_left(Codes v) {
    return _mm256_slli_epi16(v, kShift);
  }
  template <int kMask>
  static REALM_KERNEL Codes mask(Codes v) {
    return _mm256_and_si256(v, _mm256_set1_epi8(kMask));
  }
  /// a | (b & kMask)
  template <int kMask>
  static REALM_KERNEL Codes merge(Codes a, Codes b) {
    return _mm256_or_si256(a, mask<kMask>(b));
  }

  /// table[v] of every byte of v, all below 16.
  static REALM_KERNEL Codes look_up(const uint8_t (&table)[16], Codes v) {
    const __m128i t = _mm_load_si128(reinterpret_cast<const __m128i*>(table));
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(t), v);
  }

  // In asm, because GCC 12 takes the broadcast of a loaded integer through a general register.
  static REALM_KERNEL __m256i broadcast_int(const void* at) {
    __m256i v;
    asm("vpbroadcastd %1, %0" : "=x"(v) : "m"(*static_cast<const int32_t*>(at)));
    return v;
  }
  static REALM_KERNEL Ints zero_ints() { return _mm256_setzero_si256(); }
  /// *at * 2^kShift in every lane.
  template <int kShift>
  static REALM_KERNEL Ints start(const int32_t* at) {
    return _mm256_slli_epi32(broadcast_int(at), kShift);
  }
  // Keeps a chain of sums a chain: GCC turns it into a tree, whose leaves do not fit the registers.
  static REALM_KERNEL void pin(__m256i& v) { asm("" : "+x"(v)); }
  /// s[j] = start(j) + kCount quads of codes times column j; quad(i) gives quad i.
  template <int kCount, int kMaxCode, bool kSigned, int kN, class Quad, class Start>
  static REALM_KERNEL void dot(Ints (&s)[kN], const int8_t* x, Quad&& quad, Start&& start) {
    const __m256i ones = _mm256_set1_epi16(1);
    if constexpr (kSigned) {
      unroll<kCount>([&](auto i) REALM_KERNEL_LAMBDA {
        constexpr int kI = decltype(i)::value;
        const Codes w = quad(i);
        const Codes magnitude = _mm256_sign_epi8(w, w);
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          const __m256i moved = _mm256_sign_epi8(broadcast_int(x + (kI * kN + j) * 4), w);
          const __m256i p = _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, moved), ones);
          s[j] = kI == 0 ? p : _mm256_add_epi32(s[j], p);
          pin(s[j]);
        });
      });
    } else {
      constexpr int kFits = 32767 / (kMaxCode * 127 * 2);
      static_assert(kFits >= 1);
      constexpr int kSteps = kFits < kCount ? kFits : kCount;
      __m256i pairs[kN];
      unroll<kCount>([&](auto i) REALM_KERNEL_LAMBDA {
        constexpr int kI = decltype(i)::value;
        const Codes w = quad(i);
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          const __m256i p = _mm256_maddubs_epi16(w, broadcast_int(x + (kI * kN + j) * 4));
          pairs[j] = kI % kSteps == 0 ? p : _mm256_add_epi16(pairs[j], p);
          pin(pairs[j]);
          if constexpr (kI % kSteps == kSteps - 1 || kI == kCount - 1) {
            const __m256i sum = _mm256_madd_epi16(pairs[j], ones);
            s[j] = kI < kSteps ? sum : _mm256_add_epi32(s[j], sum);
            pin(s[j]);
          }
        });
      });
    }
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { s[j] = _mm256_add_epi32(s[j], start(j)); });
  }

  /// The same for codes kStep * raw + residual, raw below 16 and residuals up to kMost.
  template <int kStep, int kMost, int kN, class Raw, class Residual, class Start>
  static REALM_KERNEL void dot_split(Ints (&s)[kN], const int8_t* x, Raw&& raw, Residual&& residual,
                                     Start&& start) {
    constexpr int kFits = 32767 / (kMost * 127 * 2);
    static_assert(kFits >= 4 && 15 * 127 * 2 * 8 <= 32767);
    const __m256i ones = _mm256_set1_epi16(1);
    __m256i raws[kN];
    __m256i residuals[kN];
    unroll<8>([&](auto i) REALM_KERNEL_LAMBDA {
      constexpr int kI = decltype(i)::value;
      const Codes w = raw(i);
      const Codes r = residual(w);
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        const __m256i column = broadcast_int(x + (kI * kN + j) * 4);
        const __m256i p = _mm256_maddubs_epi16(w, column);
        const __m256i q = _mm256_maddubs_epi16(r, column);
        raws[j] = kI == 0 ? p : _mm256_add_epi16(raws[j], p);
        residuals[j] = kI % 4 == 0 ? q : _mm256_add_epi16(residuals[j], q);
        pin(raws[j]);
        pin(residuals[j]);
        if constexpr (kI % 4 == 3) {
          const __m256i sum = _mm256_madd_epi16(residuals[j], ones);
          s[j] = kI == 3 ? sum : _mm256_add_epi32(s[j], sum);
          pin(s[j]);
        }
      });
    });
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
      s[j] = _mm256_add_epi32(s[j], _mm256_madd_epi16(raws[j], _mm256_set1_epi16(kStep)));
      s[j] = _mm256_add_epi32(s[j], start(j));
    });
  }

  static REALM_KERNEL void store_codes(uint8_t* at, Codes v) {
    _mm256_store_si256(reinterpret_cast<__m256i*>(at), v);
  }
  static REALM_KERNEL void store_ints(uint8_t* at, Ints v) { store_codes(at, v); }
  static REALM_KERNEL Ints load_ints(const uint8_t* at) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(at));
  }
  static REALM_KERNEL Ints add_ints(Ints a, Ints b) { return _mm256_add_epi32(a, b); }
  // Signed codes of a run are int16, as the columns' are there: vpmaddwd has room for any of them,
  // where two signed bytes cost three instructions more.
  template <int kHalf>
  static REALM_KERNEL Codes widen(Codes v) {  // codes 2 kHalf and 2 kHalf + 1 of every row
    constexpr int kAt = 2 * kHalf;
    constexpr int kNone = -1;
    const __m128i high =
        _mm_setr_epi8(kNone, kAt, kNone, kAt + 1, kNone, kAt + 4, kNone, kAt + 5, kNone, kAt + 8,
                      kNone, kAt + 9, kNone, kAt + 12, kNone, kAt + 13);
    return _mm256_srai_epi16(_mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(high)), 8);
  }
  /// s[tile][j] = 32 columns of a tile times column j; word(tile, i) is the i-th pair of them.
  template <int kTiles, int kN, class Word>
  static REALM_KERNEL void dot_wide(Ints (&s)[kTiles][kN], const int16_t* x, Word&& word) {
    unroll<16>([&](auto i) REALM_KERNEL_LAMBDA {
      constexpr int kI = decltype(i)::value;
      Codes w[kTiles];
      unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA { w[t] = word(t, i); });
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        const __m256i column = broadcast_int(x + (kI * kN + j) * 2);
        unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
          const __m256i p = _mm256_madd_epi16(w[t], column);
          s[t][j] = kI == 0 ? p : _mm256_add_epi32(s[t][j], p);
          pin(s[t][j]);
        });
      });
    });
  }
  // Factors of the widening vpmaddwd in place of ones: integer scales cost nothing.
  static REALM_KERNEL Ints pairs_of_one() { return _mm256_set1_epi16(1); }
  static REALM_KERNEL Ints pairs_of(Ints scale) {
    return _mm256_or_si256(_mm256_and_si256(scale, _mm256_set1_epi32(0xffff)),
                           _mm256_slli_epi32(scale, 16));
  }
  /// What add_pairs() takes for a start of *at * 2^kShift * scale.
  template <int kShift>
  static REALM_KERNEL Ints offset_pairs(Ints scale) {
    return _mm256_and_si256(_mm256_slli_epi32(scale, kShift), _mm256_set1_epi32(0xffff));
  }
  /// s + *at * (the factor of offset_pairs()); |*at| < 2^15.
  static REALM_KERNEL Ints add_pairs(Ints s, const int32_t* at, Ints factor) {
    return _mm256_add_epi32(s, _mm256_madd_epi16(broadcast_int(at), factor));
  }
  /// s[tile][j] = 8 quads of a tile times column j; quad(tile, i) is quad i, sub(tile, g) the
  /// factors of the g-th kQuads quads.
  template <int kQuads, int kMaxCode, int kTiles, int kN, class Quad, class Sub>
  static REALM_KERNEL void dot_pairs(Ints (&s)[kTiles][kN], const int8_t* x, Quad&& quad,
                                     Sub&& sub) {
    constexpr int kFits = 32767 / (kMaxCode * 127 * 2);
    static_assert(kFits >= 1);
    constexpr int kSteps = kFits < kQuads ? kFits : kQuads;
    __m256i pairs[kTiles][kN];
    unroll<8>([&](auto i) REALM_KERNEL_LAMBDA {
      constexpr int kI = decltype(i)::value;
      constexpr int kStep = kI % kQuads % kSteps;
      Codes w[kTiles];
      unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA { w[t] = quad(t, i); });
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        const __m256i column = broadcast_int(x + (kI * kN + j) * 4);
        unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
          const __m256i p = _mm256_maddubs_epi16(w[t], column);
          pairs[t][j] = kStep == 0 ? p : _mm256_add_epi16(pairs[t][j], p);
          pin(pairs[t][j]);
        });
      });
      if constexpr (kStep == kSteps - 1 || kI % kQuads == kQuads - 1) {
        unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
          const Ints factors = sub(t, kI / kQuads);
          unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
            const __m256i sum = _mm256_madd_epi16(pairs[t][j], factors);
            s[t][j] = kI < kSteps ? sum : _mm256_add_epi32(s[t][j], sum);
            pin(s[t][j]);
          });
        });
      }
    });
  }

  static REALM_KERNEL __m256i round_8(const float* x, __m256 factor) {
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x), factor));
  }
  /// codes = x * factor, to the nearest integer, ties to even; sums of both halves.
  static REALM_KERNEL void round_32(const float* x, float factor, int8_t* codes, int32_t* sums) {
    const __m256 f = _mm256_set1_ps(factor);
    const __m256i low = _mm256_packs_epi32(round_8(x, f), round_8(x + 8, f));
    const __m256i high = _mm256_packs_epi32(round_8(x + 16, f), round_8(x + 24, f));
    // Packing works in halves of a register: put the groups of four in order again.
    const __m256i v = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high),
                                                  _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    _mm256_store_si256(reinterpret_cast<__m256i*>(codes), v);
    __m256i s = _mm256_maddubs_epi16(_mm256_set1_epi8(1), v);
    s = _mm256_madd_epi16(s, _mm256_set1_epi16(1));
    s = _mm256_add_epi32(s, _mm256_shuffle_epi32(s, 0x4e));
    s = _mm256_add_epi32(s, _mm256_shuffle_epi32(s, 0xb1));
    sums[0] = _mm256_cvtsi256_si32(s);
    sums[1] = _mm_cvtsi128_si32(_mm256_extracti128_si256(s, 1));
  }

  static REALM_KERNEL Floats zero() { return _mm256_setzero_ps(); }
  static REALM_KERNEL Floats to_floats(Ints v) { return _mm256_cvtepi32_ps(v); }
  static REALM_KERNEL Floats broadcast(const float* at) { return _mm256_broadcast_ss(at); }
  static REALM_KERNEL Floats mul(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
  static REALM_KERNEL Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static REALM_KERNEL Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
  static REALM_KERNEL Floats negate(Floats a) { return _mm256_xor_ps(a, _mm256_set1_ps(-0.0f)); }
  static REALM_KERNEL Floats load(const float* at) { return _mm256_loadu_ps(at); }
  static REALM_KERNEL void store(float* at, Floats v) { _mm256_storeu_ps(at, v); }
  static REALM_KERNEL __m256i lanes_below(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static REALM_KERNEL Floats load_first(const float* at, int n) {
    return _mm256_maskload_ps(at, lanes_below(n));
  }
  static REALM_KERNEL void store_first(float* at, Floats v, int n) {
    _mm256_maskstore_ps(at, lanes_below(n), v);
  }
  static REALM_KERNEL Floats load_halves(const uint8_t* at) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  }
  /// The first and the second bfloat16 of every row's pair.
  static REALM_KERNEL void load_brain_pairs(const uint8_t* at, Floats& first, Floats& second) {
    const __m256i v = load_codes(at);
    first = _mm256_castsi256_ps(_mm256_slli_epi32(v, 16));
    second = _mm256_castsi256_ps(_mm256_and_si256(v, _mm256_set1_epi32(-65536)));
  }
  /// As load_e8m0() in formats/layout.hpp: of both terms, the second is larger for 0 and 1 only.
  static REALM_KERNEL Floats load_e8m0(const uint8_t* at) {
    const Ints e = load_bytes(at);
    const Ints normal = _mm256_slli_epi32(_mm256_sub_epi32(e, _mm256_set1_epi32(1)), 23);
    const Ints small = _mm256_slli_epi32(_mm256_add_epi32(e, _mm256_set1_epi32(1)), 21);
    return _mm256_castsi256_ps(_mm256_max_epi32(normal, small));
  }
  /// Bytes of every row as numbers, and their nibbles.
  static REALM_KERNEL Ints load_bytes(const uint8_t* at) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)));
  }
  static REALM_KERNEL Ints load_signed_bytes(const uint8_t* at) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)));
  }
  static REALM_KERNEL Ints low_nibble(Ints v) { return _mm256_and_si256(v, _mm256_set1_epi32(15)); }
  static REALM_KERNEL Ints high_nibble(Ints v) { return _mm256_srli_epi32(v, 4); }
};

}  // namespace realm::cpu::REALM_ISA
