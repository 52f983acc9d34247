// The product of a plain format with many groups of columns: a few hundred columns of k at a time
// for all groups, so that weights stay in the first caches and are made floats once. Sums wait in
// memory meanwhile; their float steps are those of plain.hpp in the same order.
//
// A group's part of these columns lies apart from the next one's, where the machine does not look
// ahead: fetched while its neighbour is multiplied, F32 of k = 8192 went from 34 to 57 GMAC/s, BF16
// from 73 to 111 (Zen 4, 2026-11).
#pragma once

#include "backend/cpu/linear/kernels/plain.hpp"
#include "backend/cpu/linear/kernels/run_target.hpp"

namespace realm::cpu::REALM_ISA {

constexpr int64_t kPlainRunLength = 512;  // of k; even

/// `k` columns of a panel times one group.
template <class Weights, int kTiles, int kN>
void add_plain_panel(const uint8_t* w, int64_t stride, int64_t k, const typename Weights::Input* x,
                     const typename Weights::Input* next, float* sums) {
  typename Isa::Floats acc[kTiles][kN];
  const auto for_each = [&](auto&& f) REALM_KERNEL_LAMBDA {
    unroll<kTiles>([&](auto t) REALM_KERNEL_LAMBDA {
      unroll<kN>([&](auto j)
                     REALM_KERNEL_LAMBDA { f(acc[t][j], sums + (t * kN + j) * Isa::kRows); });
    });
  };
  for_each([](auto& v, float* at) REALM_KERNEL_LAMBDA { v = Isa::load(at); });
  add_steps<Weights, true>(acc, w, stride, k, x, next);
  for_each([](auto& v, float* at) REALM_KERNEL_LAMBDA { Isa::store(at, v); });
}

template <class Weights, int kTiles, int kN = Isa::kPlainRunColumns>
void add_plain_panel_of(int n, const uint8_t* w, int64_t stride, int64_t k,
                        const typename Weights::Input* x, const typename Weights::Input* next,
                        float* sums) {
  if constexpr (kN > Isa::kFewestRunColumns) {
    if (n < kN) return add_plain_panel_of<Weights, kTiles, kN - 1>(n, w, stride, k, x, next, sums);
  }
  add_plain_panel<Weights, kTiles, kN>(w, stride, k, x, next, sums);
}

/// `k` columns of a tile as floats.
template <class Weights>
void expand_plain(const uint8_t* tile, int64_t k, float* to) {
  constexpr int kUnit = Weights::kUnit;
  for (int64_t i = 0; i < k; i += kUnit, tile += Weights::kStep, to += kUnit * Isa::kRows) {
    typename Isa::Floats v[kUnit];
    Weights::load(tile, v);
    unroll<kUnit>([&](auto u) REALM_KERNEL_LAMBDA { Isa::store(to + u * Isa::kRows, v[u]); });
  }
}

/// Weights multiplies what it reads, or is made floats first.
template <class Weights>
struct PlainPanel {
  static constexpr bool kExpands = true;
  using Multiplied = FloatWeights<Format::kF32>;
};
template <>
struct PlainPanel<FloatWeights<Format::kF32>> {
  static constexpr bool kExpands = false;
  using Multiplied = FloatWeights<Format::kF32>;
};
template <>
struct PlainPanel<BrainWeights<Isa>> {
  static constexpr bool kExpands = false;
  using Multiplied = BrainWeights<Isa>;
};

/// The tiles from `row` on, kTiles at a time, then the rest one by one.
template <class Weights, int kTiles>
void multiply_plain_run_rows(const uint8_t* tiles, int64_t k, const Columns* groups, int32_t count,
                             int64_t row, const Target& target) {
  using Panel = PlainPanel<Weights>;
  using Multiplied = typename Panel::Multiplied;
  constexpr int64_t kPanelFloats = kPlainRunLength * Isa::kRows;
  const int64_t bytes = plain_tile_bytes<Weights>(k);
  alignas(64) float panel[Panel::kExpands ? kTiles * kPanelFloats : 1];
  alignas(64) float sums[kMaxRunColumns * kTiles * Isa::kRows];
  for (; row + (kTiles - 1) * Isa::kRows < target.rows; row += kTiles * Isa::kRows) {
    for (int64_t from = 0; from < k; from += kPlainRunLength) {
      const int64_t left = k - from < kPlainRunLength ? k - from : kPlainRunLength;
      const uint8_t* w = tiles + from / Weights::kUnit * Weights::kStep;
      int64_t stride = bytes;
      // The next panel's bytes follow this one's.
      const int64_t panel_bytes = plain_tile_bytes<Weights>(left);
      RunSums<kTiles> run(target, row, from == 0, from + left == k, w + panel_bytes, bytes,
                          panel_bytes / count);
      if constexpr (Panel::kExpands) {
        for (int t = 0; t < kTiles; ++t) {
          expand_plain<Weights>(w + t * bytes, left, panel + t * kPanelFloats);
        }
        w = reinterpret_cast<const uint8_t*>(panel);
        stride = kPanelFloats * int64_t{sizeof(float)};
      }
      float* acc = sums;
      for (int32_t g = 0; g < count; ++g) {
        const int n = groups[g].count;
        run.begin(acc, n);
        // Inputs lie in pieces, one a group, where no hardware looks ahead.
        const bool is_last = g + 1 == count;
        const Columns& after = groups[is_last ? 0 : g + 1];
        const int64_t after_from = is_last ? from + left : from;
        add_plain_panel_of<Multiplied, kTiles>(
            n, w, stride, left, Multiplied::input(groups[g]) + from * n,
            Multiplied::input(after) + after_from * after.count, acc);
        acc = run.end(acc, n);
      }
    }
    tiles += kTiles * bytes;
  }
  if constexpr (kTiles > 1) {
    multiply_plain_run_rows<Weights, 1>(tiles, k, groups, count, row, target);
  }
}

template <class Weights>
void multiply_plain_run(const uint8_t* tiles, int64_t k, const Columns* groups, int32_t count,
                        const Target& target) {
  multiply_plain_run_rows<Weights, Isa::kPlainRunTiles>(tiles, k, groups, count, 0, target);
}

}  // namespace realm::cpu::REALM_ISA
