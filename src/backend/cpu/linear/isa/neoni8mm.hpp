// Armv8.6's product of byte matrices: the neon set, but two rows times two columns an instruction,
// over 8 columns of k. Sums of codes are the same integers, and so all bits.
#pragma once

#include "backend/cpu/linear/isa/neon.hpp"

namespace realm::cpu::REALM_ISA {

struct Isa : Neon {
  static constexpr const char* kName = "neoni8mm";
  static constexpr int kUnit = 8;  // codes of two columns, side by side, are an operand

  /// Columns j and j + 1, or the last one beside zeros.
  template <bool kPair>
  static REALM_KERNEL int8x16_t load_columns(const int8_t* at) {
    if constexpr (kPair) {
      return vld1q_s8(at);
    } else {
      return vcombine_s8(vld1_s8(at), vdup_n_s8(0));
    }
  }
  /// As in neon.hpp. `low` and `high` hold rows 0, 1 and 2, 3: [row][column].
  template <int kCount, int kMaxCode, bool kSigned, int kN, class Quad, class Start>
  static REALM_KERNEL void dot(Ints (&s)[kN], const int8_t* x, Quad&& quad, Start&& start) {
    static_assert(kSigned || kMaxCode < 128);
    constexpr int kPairs = (kN + 1) / 2;
    Ints low[kPairs];
    Ints high[kPairs];
    unroll<kPairs>([&](auto p) REALM_KERNEL_LAMBDA { low[p] = high[p] = zero_ints(); });
    unroll<kCount / 2>([&](auto i) REALM_KERNEL_LAMBDA {
      constexpr int kI = decltype(i)::value;
      const Ints even = vreinterpretq_s32_u8(quad(Index<2 * kI>{}));
      const Ints odd = vreinterpretq_s32_u8(quad(Index<2 * kI + 1>{}));
      const int8x16_t rows01 = vreinterpretq_s8_s32(vzip1q_s32(even, odd));
      const int8x16_t rows23 = vreinterpretq_s8_s32(vzip2q_s32(even, odd));
      unroll<kPairs>([&](auto p) REALM_KERNEL_LAMBDA {
        constexpr int kJ = 2 * decltype(p)::value;
        const int8x16_t columns = load_columns<(kJ + 1 < kN)>(x + (kI * kN + kJ) * kUnit);
        low[p] = vmmlaq_s32(low[p], rows01, columns);
        high[p] = vmmlaq_s32(high[p], rows23, columns);
      });
    });
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
      constexpr int kP = decltype(j)::value / 2;
      const Ints sums = decltype(j)::value % 2 == 0 ? vuzp1q_s32(low[kP], high[kP])
                                                    : vuzp2q_s32(low[kP], high[kP]);
      s[j] = vaddq_s32(sums, start(j));
    });
  }
};

}  // namespace realm::cpu::REALM_ISA
