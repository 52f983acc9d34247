// AVX-512 (F, BW, DQ, VL) with VNNI: tiles of 16 rows, one register of 4 codes a row.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "backend/cpu/linear/kernels/unroll.hpp"

namespace realm::cpu::REALM_ISA {

struct Isa {
  static constexpr const char* kName = "avx512";
  static constexpr int kRows = 16;
  // 8 columns: 16 accumulators (integers of a block, floats) and the halves of 16-element groups
  // stay in the 32 registers.
  static constexpr int kColumns = 8;
  static constexpr int kPlainSums = 4;        // latency of an FMA, one a cycle
  static constexpr int kPlainTiles = 2;       // two FMAs for each load of 64 bytes or a broadcast
  static constexpr bool kOffsetBytes = true;  // vpdpbusd multiplies unsigned by signed
  static constexpr int kUnit = 4;             // an operand is broadcast from 4 codes of a column

  // Runs: two tiles times 4 to 6 columns, because one for each 8 asks for more loads than products:
  // Q8_0 went from 279 to 333 GMAC/s, Q3_K from 304 to 365 (one thread of Zen 5, 512 columns,
  // 2026-12). Integer scales are multiplied into codes where they fit.
  static constexpr bool kFoldsScales = true;
  static constexpr bool kScalesPairs = false;
  static constexpr int kPanelVectors = 2;
  static constexpr int kPlainRunTiles = 2;
  static constexpr int kRunColumns = 6;
  static constexpr int kFewestRunColumns = 4;
  static constexpr int kPlainRunColumns = 8;
  static constexpr bool kRunsUnfolded = true;

  using Floats = __m512;
  using Ints = __m512i;
  using Codes = __m512i;

  static REALM_KERNEL Codes load_codes(const uint8_t* at) { return _mm512_loadu_si512(at); }
  template <int kShift>
  static REALM_KERNEL Codes shift_right(Codes v) {
    return _mm512_srli_epi16(v, kShift);
  }
  template <int kShift>
  static REALM_KERNEL Codes shift_left(Codes v) {
    return _mm512_slli_epi16(v, kShift);
  }
  template <int kMask>
  static REALM_KERNEL Codes mask(Codes v) {
    return _mm512_and_si512(v, _mm512_set1_epi8(kMask));
  }
  /// a | (b & kMask)
  template <int kMask>
  static REALM_KERNEL Codes merge(Codes a, Codes b) {
    return _mm512_ternarylogic_epi32(a, b, _mm512_set1_epi8(kMask), 0xf8);
  }

  /// table[v] of every byte of v, all below 16.
  static REALM_KERNEL Codes look_up(const uint8_t (&table)[16], Codes v) {
    const __m128i t = _mm_load_si128(reinterpret_cast<const __m128i*>(table));
    return _mm512_shuffle_epi8(_mm512_broadcast_i32x4(t), v);
  }

  static REALM_KERNEL void store_codes(uint8_t* at, Codes v) { _mm512_store_si512(at, v); }
  /// (code + bias) * scale * sign + add, in bytes: factor and the rest, as int16 for every code.
  struct Fold {
    __m512i factor;
    __m512i add;
  };
  template <int kSign, int kAdd, int kBias>
  static REALM_KERNEL Fold fold_of(Ints scale) {
    const __m512i pairs = _mm512_or_si512(_mm512_and_si512(scale, _mm512_set1_epi32(0xffff)),
                                          _mm512_slli_epi32(scale, 16));
    const __m512i factor = kSign > 0 ? pairs : _mm512_sub_epi16(_mm512_setzero_si512(), pairs);
    const __m512i bias = _mm512_mullo_epi16(factor, _mm512_set1_epi16(kBias));
    return {factor, _mm512_add_epi16(bias, _mm512_set1_epi16(kAdd))};
  }
  static REALM_KERNEL Codes fold(Codes v, const Fold& f) {
    const __m512i low = _mm512_set1_epi16(0xff);
    const __m512i even =
        _mm512_add_epi16(_mm512_mullo_epi16(_mm512_and_si512(v, low), f.factor), f.add);
    const __m512i odd =
        _mm512_add_epi16(_mm512_mullo_epi16(_mm512_srli_epi16(v, 8), f.factor), f.add);
    // even & low | odd << 8
    return _mm512_ternarylogic_epi32(even, low, _mm512_slli_epi16(odd, 8), 0xea);
  }

  static REALM_KERNEL Ints zero_ints() { return _mm512_setzero_si512(); }
  /// *at * 2^kShift in every lane.
  template <int kShift>
  static REALM_KERNEL Ints start(const int32_t* at) {
    Ints v;
    asm("vpslld %1, %2%{1to16%}, %0" : "=v"(v) : "i"(kShift), "m"(*at));
    return v;
  }
  /// s + the dot product of each row's 4 codes with the 4 at `x`. In asm, because GCC 12 takes
  /// the broadcast of a loaded integer through a general register and loses a quarter of the speed.
  static REALM_KERNEL Ints dot4(Ints s, Codes w, const int8_t* x) {
    asm("vpdpbusd %2%{1to16%}, %1, %0"
        : "+v"(s)
        : "v"(w), "m"(*reinterpret_cast<const int32_t*>(x)));
    return s;
  }
  /// The 4 codes at `x` in every lane; as a float for GCC's sake, which is not converted.
  static REALM_KERNEL Codes broadcast_codes(const int8_t* x) {
    float codes;
    __builtin_memcpy(&codes, x, sizeof codes);
    return _mm512_castps_si512(_mm512_set1_ps(codes));
  }
  static REALM_KERNEL Ints dot4(Ints s, Codes w, Codes x) { return _mm512_dpbusd_epi32(s, w, x); }
  /// s[j] = start(j) + kCount quads of codes times column j; quad(i) gives quad i.
  template <int kCount, int kMaxCode, bool kSigned, int kN, class Quad, class Start>
  static REALM_KERNEL void dot(Ints (&s)[kN], const int8_t* x, Quad&& quad, Start&& start) {
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { s[j] = start(j); });
    unroll<kCount>([&](auto i) REALM_KERNEL_LAMBDA {
      const Codes w = quad(i);
      const int8_t* at = x + decltype(i)::value * kN * 4;
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { s[j] = dot4(s[j], w, at + 4 * j); });
    });
  }

  static REALM_KERNEL __m128i round_16(const float* x, __m512 factor) {
    return _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(x), factor)));
  }
  /// codes = x * factor, to the nearest integer, ties to even; sums of both halves.
  static REALM_KERNEL void round_32(const float* x, float factor, int8_t* codes, int32_t* sums) {
    const __m512 f = _mm512_set1_ps(factor);
    const __m256i v = _mm256_set_m128i(round_16(x + 16, f), round_16(x, f));
    _mm256_store_si256(reinterpret_cast<__m256i*>(codes), v);
    __m256i s = _mm256_dpbusd_epi32(_mm256_setzero_si256(), _mm256_set1_epi8(1), v);
    s = _mm256_add_epi32(s, _mm256_shuffle_epi32(s, 0x4e));
    s = _mm256_add_epi32(s, _mm256_shuffle_epi32(s, 0xb1));
    sums[0] = _mm256_cvtsi256_si32(s);
    sums[1] = _mm_cvtsi128_si32(_mm256_extracti128_si256(s, 1));
  }

  static REALM_KERNEL Floats zero() { return _mm512_setzero_ps(); }
  static REALM_KERNEL Floats to_floats(Ints v) { return _mm512_cvtepi32_ps(v); }
  static REALM_KERNEL Floats broadcast(const float* at) { return _mm512_set1_ps(*at); }
  static REALM_KERNEL Floats mul(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static REALM_KERNEL Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static REALM_KERNEL Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  static REALM_KERNEL Floats fnma(Floats a, Floats b, Floats c) {
    return _mm512_fnmadd_ps(a, b, c);
  }
  static REALM_KERNEL Floats negate(Floats a) { return _mm512_xor_ps(a, _mm512_set1_ps(-0.0f)); }
  static REALM_KERNEL Floats load(const float* at) { return _mm512_loadu_ps(at); }
  static REALM_KERNEL void store(float* at, Floats v) { _mm512_storeu_ps(at, v); }
  static REALM_KERNEL Floats load_first(const float* at, int n) {
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << n) - 1), at);
  }
  static REALM_KERNEL void store_first(float* at, Floats v, int n) {
    _mm512_mask_storeu_ps(at, static_cast<__mmask16>((1u << n) - 1), v);
  }
  static REALM_KERNEL Floats load_halves(const uint8_t* at) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
  }
  /// The first and the second bfloat16 of every row's pair.
  static REALM_KERNEL void load_brain_pairs(const uint8_t* at, Floats& first, Floats& second) {
    const __m512i v = _mm512_loadu_si512(at);
    first = _mm512_castsi512_ps(_mm512_slli_epi32(v, 16));
    second = _mm512_castsi512_ps(_mm512_and_si512(v, _mm512_set1_epi32(-65536)));
  }
  /// One pair of bfloat16 for every row.
  static REALM_KERNEL Codes broadcast_pair(const uint16_t* x) {
    float pair;  // as a float, which is not converted, because GCC 12 broadcasts that from memory
    __builtin_memcpy(&pair, x, sizeof pair);
    return _mm512_castps_si512(_mm512_set1_ps(pair));
  }
  /// s + the dot product of each row's pair with b's. Only where the machine has AVX512_BF16, which
  /// is not asked for when compiling: hence in asm.
  static REALM_KERNEL Floats dot_brain_pairs(Floats s, Codes a, Codes b) {
    asm("vdpbf16ps %2, %1, %0" : "+v"(s) : "v"(a), "v"(b));
    return s;
  }
  /// As load_e8m0() in formats/layout.hpp: of both terms, the second is larger for 0 and 1 only.
  static REALM_KERNEL Floats load_e8m0(const uint8_t* at) {
    const Ints e = load_bytes(at);
    const Ints normal = _mm512_slli_epi32(_mm512_sub_epi32(e, _mm512_set1_epi32(1)), 23);
    const Ints small = _mm512_slli_epi32(_mm512_add_epi32(e, _mm512_set1_epi32(1)), 21);
    return _mm512_castsi512_ps(_mm512_max_epi32(normal, small));
  }
  /// Bytes of every row as numbers, and their nibbles.
  static REALM_KERNEL Ints load_bytes(const uint8_t* at) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  }
  static REALM_KERNEL Ints load_signed_bytes(const uint8_t* at) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  }
  static REALM_KERNEL Ints low_nibble(Ints v) { return _mm512_and_si512(v, _mm512_set1_epi32(15)); }
  static REALM_KERNEL Ints high_nibble(Ints v) { return _mm512_srli_epi32(v, 4); }
};

}  // namespace realm::cpu::REALM_ISA
