// Any machine with vectors of 16 bytes, in the compilers' own vector types: tiles of 4 rows. No
// instruction beyond SSE2 or the first Armv8 is asked for; sums are rounded twice where others
// fuse.
#pragma once

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

#include <cstdint>
#include <cstring>

#include "backend/cpu/linear/kernels/unroll.hpp"

namespace realm::cpu::REALM_ISA {

struct Isa {
  static constexpr const char* kName = "baseline";
  static constexpr int kRows = 4;
  static constexpr int kColumns = 4;
  static constexpr int kPlainSums = 8;
  static constexpr int kPlainTiles = 2;
  static constexpr bool kOffsetBytes = false;
  static constexpr int kUnit = 4;

  // Runs: one tile times as many columns.
  static constexpr bool kFoldsScales = false;
  static constexpr bool kScalesPairs = false;
  static constexpr int kPanelVectors = 1;
  static constexpr int kPlainRunTiles = 2;
  static constexpr int kRunColumns = 4;
  static constexpr int kFewestRunColumns = 2;
  static constexpr int kPlainRunColumns = 4;
  static constexpr bool kRunsUnfolded = true;

  using Floats = float __attribute__((vector_size(16)));
  using Ints = int32_t __attribute__((vector_size(16)));
  using Codes = uint16_t __attribute__((vector_size(16)));  // 4 bytes a row
  using UnsignedInts = uint32_t __attribute__((vector_size(16)));
  using Pairs = int16_t __attribute__((vector_size(16)));

  template <class To>
  static REALM_KERNEL To load_as(const void* at) {
    To v;
    std::memcpy(&v, at, sizeof v);
    return v;
  }
  static REALM_KERNEL Codes load_codes(const uint8_t* at) { return load_as<Codes>(at); }
  template <int kShift>
  static REALM_KERNEL Codes shift_right(Codes v) {
    return v >> kShift;
  }
  template <int kShift>
  static REALM_KERNEL Codes shift_left(Codes v) {
    return v << kShift;
  }
  template <int kMask>
  static REALM_KERNEL Codes mask(Codes v) {
    return v & static_cast<uint16_t>(kMask * 0x0101);
  }
  template <int kMask>
  static REALM_KERNEL Codes merge(Codes a, Codes b) {
    return a | mask<kMask>(b);
  }

  /// table[v] of every byte of v, all below 16. SSE2 has no shuffle by bytes: a tree of choices
  /// there, bit by bit of v.
#if defined(__aarch64__)
  static REALM_KERNEL Codes look_up(const uint8_t (&table)[16], Codes v) {
    return (Codes)vqtbl1q_u8(vld1q_u8(table), (uint8x16_t)v);
  }
#else
  static REALM_KERNEL Codes look_up(const uint8_t (&table)[16], Codes v) {
    using Bytes = uint8_t __attribute__((vector_size(16)));
    Bytes low[8];
    const Bytes bit0 = -((Bytes)v & 1);
    for (int i = 0; i < 8; ++i) {
      const auto differ = static_cast<uint8_t>(table[2 * i] ^ table[2 * i + 1]);
      low[i] = (bit0 & differ) ^ table[2 * i];
    }
    const Bytes bit1 = -((Bytes)v >> 1 & 1);
    for (int i = 0; i < 4; ++i) low[i] = low[2 * i] ^ (bit1 & (low[2 * i] ^ low[2 * i + 1]));
    const Bytes bit2 = -((Bytes)v >> 2 & 1);
    for (int i = 0; i < 2; ++i) low[i] = low[2 * i] ^ (bit2 & (low[2 * i] ^ low[2 * i + 1]));
    const Bytes bit3 = -((Bytes)v >> 3);
    return (Codes)(low[0] ^ (bit3 & (low[0] ^ low[1])));
  }
#endif

  static REALM_KERNEL void store_codes(uint8_t* at, Codes v) { std::memcpy(at, &v, sizeof v); }

  static REALM_KERNEL Ints zero_ints() { return Ints{}; }
  static REALM_KERNEL Ints broadcast_int(const void* at) {
    int32_t v;
    std::memcpy(&v, at, sizeof v);
    return Ints{v, v, v, v};
  }
  template <int kShift>
  static REALM_KERNEL Ints start(const int32_t* at) {
    return broadcast_int(at) * (1 << kShift);
  }
  // Bytes 0 and 2 of every row, or 1 and 3, with their sign.
  static REALM_KERNEL Pairs even_signed(Pairs v) { return (Pairs)((Codes)v << 8) >> 8; }
  static REALM_KERNEL Ints widened(Pairs p) {
    const Ints v = (Ints)p;
    return ((Ints)((UnsignedInts)v << 16) >> 16) + (v >> 16);
  }
  template <int kCount, int kMaxCode, bool kSigned, int kN, class Quad, class Start>
  static REALM_KERNEL void dot(Ints (&s)[kN], const int8_t* x, Quad&& quad, Start&& start) {
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { s[j] = start(j); });
    unroll<kCount>([&](auto i) REALM_KERNEL_LAMBDA {
      const Codes w = quad(i);
      const Pairs even = kSigned ? even_signed((Pairs)w) : (Pairs)(w & 0xff);
      const Pairs odd = kSigned ? (Pairs)w >> 8 : (Pairs)(w >> 8);
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        const Pairs column = (Pairs)broadcast_int(x + (i * kN + j) * 4);
        const Pairs p = even * even_signed(column);
        const Pairs q = odd * (column >> 8);
        if constexpr (kMaxCode < 128 && !kSigned) {
          s[j] += widened(p + q);
        } else {
          s[j] += widened(p) + widened(q);
        }
      });
    });
  }

  /// codes = x * factor, to the nearest integer, ties to even; sums of both halves.
  static REALM_KERNEL void round_32(const float* x, float factor, int8_t* codes, int32_t* sums) {
    for (int half = 0; half < 2; ++half, x += 16, codes += 16) {
      int32_t sum[4] = {};
      for (int i = 0; i < 16; ++i) {
        // Adding 1.5 * 2^23 leaves the integer, rounded, in the low bits.
        const float shifted = x[i] * factor + 0x1.8p23f;
        const int32_t code = __builtin_bit_cast(int32_t, shifted) - 0x4b400000;
        sum[i % 4] += code;
        codes[i] = static_cast<int8_t>(code);
      }
      sums[half] = sum[0] + sum[1] + sum[2] + sum[3];
    }
  }

  static REALM_KERNEL Floats zero() { return Floats{}; }
  static REALM_KERNEL Floats to_floats(Ints v) { return __builtin_convertvector(v, Floats); }
  static REALM_KERNEL Floats broadcast(const float* at) { return Floats{*at, *at, *at, *at}; }
  static REALM_KERNEL Floats mul(Floats a, Floats b) { return a * b; }
  static REALM_KERNEL Floats add(Floats a, Floats b) { return a + b; }
  static REALM_KERNEL Floats fma(Floats a, Floats b, Floats c) { return a * b + c; }
  static REALM_KERNEL Floats negate(Floats a) { return -a; }
  static REALM_KERNEL Floats load(const float* at) { return load_as<Floats>(at); }
  static REALM_KERNEL void store(float* at, Floats v) { std::memcpy(at, &v, sizeof v); }
  static REALM_KERNEL Floats load_first(const float* at, int n) {
    Floats v{};
    for (int i = 0; i < n; ++i) v[i] = at[i];
    return v;
  }
  static REALM_KERNEL void store_first(float* at, Floats v, int n) {
    for (int i = 0; i < n; ++i) at[i] = v[i];
  }
  /// As load_half() in formats/layout.hpp, four at once.
  static REALM_KERNEL Floats load_halves(const uint8_t* at) {
    uint16_t v[4];
    std::memcpy(v, at, sizeof v);
    const UnsignedInts bits{v[0], v[1], v[2], v[3]};
    const UnsignedInts magnitude = (bits & 0x7fff) << 13;
    const UnsignedInts exponent = magnitude >> 23;
    const Floats small = (Floats)(magnitude + (113u << 23)) - 0x1p-14f;
    const UnsignedInts special = (UnsignedInts)(exponent == 31) & (112u << 23);
    const UnsignedInts normal = magnitude + (112u << 23) + special;
    const UnsignedInts is_small = (UnsignedInts)(exponent == 0);
    const UnsignedInts value = ((UnsignedInts)small & is_small) | (normal & ~is_small);
    return (Floats)(value | (bits & 0x8000) << 16);
  }
  /// As load_e8m0() in formats/layout.hpp.
  static REALM_KERNEL Floats load_e8m0(const uint8_t* at) {
    const Ints e = load_bytes(at);
    const Ints is_small = e < 2;
    return (Floats)((is_small & ((e + 1) << 21)) | (~is_small & ((e - 1) << 23)));
  }
  /// The first and the second bfloat16 of every row's pair.
  static REALM_KERNEL void load_brain_pairs(const uint8_t* at, Floats& first, Floats& second) {
    UnsignedInts v;
    std::memcpy(&v, at, sizeof v);
    first = (Floats)(v << 16);
    second = (Floats)(v & 0xffff0000u);
  }
  static REALM_KERNEL Ints load_bytes(const uint8_t* at) {
    return Ints{at[0], at[1], at[2], at[3]};
  }
  static REALM_KERNEL Ints load_signed_bytes(const uint8_t* at) {
    return (load_bytes(at) ^ 128) - 128;
  }
  static REALM_KERNEL Ints low_nibble(Ints v) { return v & 15; }
  static REALM_KERNEL Ints high_nibble(Ints v) { return v >> 4; }
};

}  // namespace realm::cpu::REALM_ISA
