// AVX2 with VNNI (AVX-VNNI: Alder Lake, Zen 5): the avx2 set, but block formats in products of 4
// bytes a row, as AVX-512 has them.
#pragma once

#include "backend/cpu/linear/isa/avx2.hpp"

namespace realm::cpu::REALM_ISA {

struct Isa : Avx2 {
  static constexpr const char* kName = "avx2vnni";
  static constexpr bool kOffsetBytes = true;  // vpdpbusd multiplies unsigned by signed
  static constexpr bool kFoldsScales = true;
  static constexpr bool kScalesPairs = false;

  /// The 4 codes at `x` in every lane.
  static REALM_KERNEL Codes broadcast_codes(const int8_t* x) { return broadcast_int(x); }
  static REALM_KERNEL Ints dot4(Ints s, Codes w, Codes x) {
    return _mm256_dpbusd_avx_epi32(s, w, x);
  }
  /// As in avx2.hpp.
  template <int kCount, int kMaxCode, bool kSigned, int kN, class Quad, class Start>
  static REALM_KERNEL void dot(Ints (&s)[kN], const int8_t* x, Quad&& quad, Start&& start) {
    static_assert(!kSigned);
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { s[j] = start(j); });
    unroll<kCount>([&](auto i) REALM_KERNEL_LAMBDA {
      const Codes w = quad(i);
      const int8_t* at = x + decltype(i)::value * kN * 4;
      unroll<kN>([&](auto j)
                     REALM_KERNEL_LAMBDA { s[j] = dot4(s[j], w, broadcast_codes(at + 4 * j)); });
    });
  }

  /// (code + bias) * scale * sign + add, in bytes: factor and the rest, as int16 for every code.
  struct Fold {
    __m256i factor;
    __m256i add;
  };
  template <int kSign, int kAdd, int kBias>
  static REALM_KERNEL Fold fold_of(Ints scale) {
    const __m256i pairs = pairs_of(scale);
    const __m256i factor = kSign > 0 ? pairs : _mm256_sub_epi16(_mm256_setzero_si256(), pairs);
    const __m256i bias = _mm256_mullo_epi16(factor, _mm256_set1_epi16(kBias));
    return {factor, _mm256_add_epi16(bias, _mm256_set1_epi16(kAdd))};
  }
  static REALM_KERNEL Codes fold(Codes v, const Fold& f) {
    const __m256i low = _mm256_set1_epi16(0xff);
    const __m256i even =
        _mm256_add_epi16(_mm256_mullo_epi16(_mm256_and_si256(v, low), f.factor), f.add);
    const __m256i odd =
        _mm256_add_epi16(_mm256_mullo_epi16(_mm256_srli_epi16(v, 8), f.factor), f.add);
    return _mm256_or_si256(_mm256_and_si256(even, low), _mm256_slli_epi16(odd, 8));
  }
  static REALM_KERNEL Floats fnma(Floats a, Floats b, Floats c) {
    return _mm256_fnmadd_ps(a, b, c);
  }
};

}  // namespace realm::cpu::REALM_ISA
