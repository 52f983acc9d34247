// The product of a plain format: float weights times float activations, summed in float32 in the
// order of the columns, one running sum a result.
#pragma once

#include "backend/cpu/linear/kernels/isa.hpp"
#include "backend/cpu/linear/kernels/target.hpp"
#include "backend/cpu/linear/packed.hpp"

namespace realm::cpu::REALM_ISA {

template <Format kFormat>
REALM_KERNEL typename Isa::Floats load_elements(const uint8_t* at) {
  if constexpr (kFormat == Format::kF32) return Isa::load(reinterpret_cast<const float*>(at));
  if constexpr (kFormat == Format::kF16) return Isa::load_halves(at);
  if constexpr (kFormat == Format::kBF16) return Isa::load_brain_halves(at);
}

/// kTiles tiles at once: with few columns, more rows hide the latency of the sums.
template <Format kFormat, int kTiles, int kN>
void multiply_plain_tiles(const uint8_t* tiles, int64_t k, const Columns& x, int64_t row,
                          const Target& target) {
  constexpr int64_t kStep = Isa::kRows * int64_t{layout_of(kFormat).bytes};
  const int64_t bytes = k * kStep;
  typename Isa::Floats acc[kTiles][kN];
  unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { acc[t][j] = Isa::zero(); });
  });
  const float* floats = x.floats;
  for (int64_t i = 0; i < k; ++i, tiles += kStep, floats += kN) {
    unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
      const typename Isa::Floats w = load_elements<kFormat>(tiles + t * bytes);
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        acc[t][j] = Isa::fma(w, Isa::broadcast(floats + j), acc[t][j]);
      });
    });
  }
  unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
    unroll<kN>([&](auto j)
                   REALM_KERNEL_LAMBDA { store(target, row + t * Isa::kRows, j, acc[t][j]); });
  });
}

/// The tiles from `row` on, kTiles at a time, then the rest in smaller steps.
template <Format kFormat, int kN, int kTiles>
void multiply_plain_rows(const uint8_t* tiles, int64_t k, const Columns& x, int64_t row,
                         const Target& target) {
  const int64_t bytes = k * Isa::kRows * int64_t{layout_of(kFormat).bytes};
  for (; row + (kTiles - 1) * Isa::kRows < target.rows; row += kTiles * Isa::kRows) {
    multiply_plain_tiles<kFormat, kTiles, kN>(tiles, k, x, row, target);
    tiles += kTiles * bytes;
  }
  if constexpr (kTiles > 1) {
    multiply_plain_rows<kFormat, kN, kTiles / 2>(tiles, k, x, row, target);
  }
}

template <Format kFormat, int kN>
void multiply_plain_columns(const uint8_t* tiles, int64_t k, const Columns& x,
                            const Target& target) {
  constexpr int kTiles = (Isa::kPlainSums + kN - 1) / kN;
  multiply_plain_rows<kFormat, kN, kTiles>(tiles, k, x, 0, target);
}

}  // namespace realm::cpu::REALM_ISA
