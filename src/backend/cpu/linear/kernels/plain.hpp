// The product of a plain format: float weights times float activations, summed in float32 in the
// order of the columns, one running sum a result. Or bfloat16 times bfloat16 in pairs of columns,
// where the machine has an instruction for it: the second of a pair first (docs/numerics.md).
#pragma once

#include "backend/cpu/linear/kernels/isa.hpp"
#include "backend/cpu/linear/kernels/target.hpp"
#include "backend/cpu/linear/kernels/unroll.hpp"
#include "backend/cpu/linear/packed.hpp"

namespace realm::cpu::REALM_ISA {

// Of each of the tiles that are read side by side. 8 sequences of a 1B model in F16 went from 129
// to 147 tokens/s with 2 threads of Zen 5, in BF16 from 172 to 184 (2026-12).
constexpr int64_t kPlainAheadBytes = 2048;

/// Weights of any plain format as floats.
template <Format kFormat>
struct FloatWeights {
  static constexpr int kUnit = plain_unit(kFormat);  // columns of a step
  static constexpr int64_t kStep = Isa::kRows * kUnit * int64_t{layout_of(kFormat).bytes};
  using Input = float;
  static REALM_KERNEL const float* input(const Columns& x) { return x.floats; }

  static REALM_KERNEL void load(const uint8_t* w, typename Isa::Floats (&v)[kUnit]) {
    if constexpr (kFormat == Format::kF32) v[0] = Isa::load(reinterpret_cast<const float*>(w));
    if constexpr (kFormat == Format::kF16) v[0] = Isa::load_halves(w);
    if constexpr (kFormat == Format::kBF16) Isa::load_brain_pairs(w, v[0], v[1]);
  }
  /// The first kCount columns of a step of tiles `stride` apart; a column's operands serve all.
  template <int kCount, int kTiles, int kN>
  static REALM_KERNEL void add(typename Isa::Floats (&acc)[kTiles][kN], const uint8_t* w,
                               int64_t stride, const float* x) {
    typename Isa::Floats b[kCount][kN];
    unroll<kCount>([&](auto i) REALM_KERNEL_LAMBDA {
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { b[i][j] = Isa::broadcast(x + (i * kN + j)); });
    });
    unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
      typename Isa::Floats v[kUnit];
      load(w + t * stride, v);
      unroll<kCount>([&](auto i) REALM_KERNEL_LAMBDA {
        unroll<kN>([&](auto j)
                       REALM_KERNEL_LAMBDA { acc[t][j] = Isa::fma(v[i], b[i][j], acc[t][j]); });
      });
    });
  }
};

/// BF16 weights as they are, of a set that has the instruction.
template <class Set>
struct BrainWeights {
  static constexpr int kUnit = 2;
  static constexpr int64_t kStep = Isa::kRows * int64_t{4};
  using Input = uint16_t;
  static REALM_KERNEL const uint16_t* input(const Columns& x) { return x.brain_pairs; }

  /// An odd last column lies beside zeros.
  template <int kCount, int kTiles, int kN>
  static REALM_KERNEL void add(typename Isa::Floats (&acc)[kTiles][kN], const uint8_t* w,
                               int64_t stride, const uint16_t* x) {
    typename Set::Codes b[kN];
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { b[j] = Set::broadcast_pair(x + 2 * j); });
    unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
      const typename Set::Codes v = Set::load_codes(w + t * stride);
      unroll<kN>([&](auto j)
                     REALM_KERNEL_LAMBDA { acc[t][j] = Set::dot_brain_pairs(acc[t][j], v, b[j]); });
    });
  }
};

/// Adds `k` columns of kTiles tiles, `stride` bytes apart, times kN columns. With kFetches, as much
/// as is multiplied is fetched from `next` on; without, weights come from memory and are fetched
/// ahead as those of block formats are (block.hpp).
template <class Weights, bool kFetches, int kTiles, int kN>
REALM_KERNEL void add_steps(typename Isa::Floats (&acc)[kTiles][kN], const uint8_t* w,
                            int64_t stride, int64_t k, const typename Weights::Input* x,
                            const typename Weights::Input* next) {
  constexpr int kUnit = Weights::kUnit;
  for (int64_t i = 0; i < k / kUnit; ++i, w += Weights::kStep, x += kUnit * kN) {
    if constexpr (kFetches) {
      __builtin_prefetch(next + i * kUnit * kN);
    } else {
      for (int t = 0; t < kTiles; ++t) __builtin_prefetch(w + t * stride + kPlainAheadBytes);
    }
    Weights::template add<kUnit>(acc, w, stride, x);
  }
  if constexpr (kUnit > 1) {
    if (k % kUnit != 0) Weights::template add<1>(acc, w, stride, x);
  }
}

/// Bytes of a tile.
template <class Weights>
REALM_KERNEL int64_t plain_tile_bytes(int64_t k) {
  return (k + Weights::kUnit - 1) / Weights::kUnit * Weights::kStep;
}

/// kTiles tiles at once: with few columns, more rows hide the latency of the sums; with more, what
/// a column is multiplied by is loaded once for all.
template <class Weights, int kTiles, int kN>
void multiply_plain_tiles(const uint8_t* tiles, int64_t k, const Columns& x, int64_t row,
                          const Target& target) {
  typename Isa::Floats acc[kTiles][kN];
  unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { acc[t][j] = Isa::zero(); });
  });
  const auto* input = Weights::input(x);
  add_steps<Weights, false>(acc, tiles, plain_tile_bytes<Weights>(k), k, input, input);
  unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
    unroll<kN>([&](auto j)
                   REALM_KERNEL_LAMBDA { store(target, row + t * Isa::kRows, j, acc[t][j]); });
  });
}

/// The tiles from `row` on, kTiles at a time, then the rest in smaller steps.
template <class Weights, int kN, int kTiles>
void multiply_plain_rows(const uint8_t* tiles, int64_t k, const Columns& x, int64_t row,
                         const Target& target) {
  const int64_t bytes = plain_tile_bytes<Weights>(k);
  for (; row + (kTiles - 1) * Isa::kRows < target.rows; row += kTiles * Isa::kRows) {
    multiply_plain_tiles<Weights, kTiles, kN>(tiles, k, x, row, target);
    tiles += kTiles * bytes;
  }
  if constexpr (kTiles > 1) {
    multiply_plain_rows<Weights, kN, kTiles / 2>(tiles, k, x, row, target);
  }
}

/// The kernel for the number of columns that the group has.
template <class Weights, int kN = Isa::kColumns>
void multiply_plain(const uint8_t* tiles, int64_t k, const Columns& x, const Target& target) {
  if constexpr (kN > 1) {
    if (x.count < kN) return multiply_plain<Weights, kN - 1>(tiles, k, x, target);
  }
  constexpr int kLatency = (Isa::kPlainSums + kN - 1) / kN;
  constexpr int kTiles = kLatency < Isa::kPlainTiles ? Isa::kPlainTiles : kLatency;
  multiply_plain_rows<Weights, kN, kTiles>(tiles, k, x, 0, target);
}

}  // namespace realm::cpu::REALM_ISA
