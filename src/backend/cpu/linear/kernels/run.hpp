// The product of a block format with many groups of columns: panels (panel.hpp) of a few hundred
// columns of k, each for all groups, sums waiting in memory meanwhile. Float steps are those of
// block.hpp in the same order.
#pragma once

#include "backend/cpu/linear/kernels/panel.hpp"
#include "backend/cpu/linear/kernels/run_target.hpp"

namespace realm::cpu::REALM_ISA {

// Of one byte a code: it stays in the first cache.
constexpr int kPanelBytes = 16 << 10;

/// Planes of a group from some column of k on.
template <class P>
struct RunInput {
  const typename P::Code* codes;
  const float* scales;
  Plane<int32_t, P::kOffset != 0> starts;
  Plane<float, P::Block::kHasMin> sums;
};

template <class P, int kN>
struct PanelProduct {
  static constexpr int kTiles = P::kTiles;
  using Set = typename P::Set;
  using Floats = typename Isa::Floats;
  using Row = Floats[kN];
  const uint8_t* panel;  // blocks of kTiles tiles, kStride apart
  int64_t stride;

  REALM_KERNEL const uint8_t* at(int tile, int offset) const {
    return panel + tile * stride + offset;
  }
  REALM_KERNEL Floats load(int tile, int offset) const {
    return Isa::load(reinterpret_cast<const float*>(at(tile, offset)));
  }

  /// As sum_32() of block.hpp.
  REALM_KERNEL void sum_32(int b, const RunInput<P>& x, Row (&t)[kTiles]) const {
    constexpr int kQuads = 8 / P::kGroups;
    if constexpr (P::kIsWide) {
      static_assert(P::kGroups == 1 && P::kOffset == 0);
      typename Isa::Ints s[kTiles][kN];
      const auto word = [&](int i, int w) REALM_KERNEL_LAMBDA {
        return Isa::load_codes(at(i, b * P::kCodesBytes + w * P::kVector));
      };
      Set::dot_wide(s, x.codes, word);
      unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          t[i][j] = Isa::to_floats(s[i][j]);
          if constexpr (P::kHasSubs)
            t[i][j] = Isa::mul(t[i][j], load(i, P::kSubsAt + b * P::kVector));
        });
      });
    } else if constexpr (Isa::kScalesPairs) {
      typename Isa::Ints s[kTiles][kN];
      const auto quad = [&](int i, int q) REALM_KERNEL_LAMBDA {
        return Isa::load_codes(at(i, b * P::kCodesBytes + q * P::kVector));
      };
      const auto sub = [&](int i, int g) REALM_KERNEL_LAMBDA {
        if constexpr (P::kHasSubs) {
          return Set::load_ints(at(i, P::kSubsAt + (b * P::kGroups + g) * P::kVector));
        } else {
          return Set::pairs_of_one();
        }
      };
      Set::template dot_pairs<kQuads, P::kMaxCode>(s, x.codes, quad, sub);
      unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          if constexpr (P::kOffsetSubs) {
            unroll<P::kGroups>([&](auto g) REALM_KERNEL_LAMBDA {
              s[i][j] = Set::add_pairs(
                  s[i][j], x.starts + (g * kN + j),
                  Set::load_ints(at(i, P::kOffsetsAt + (b * P::kGroups + g) * P::kVector)));
            });
          } else if constexpr (P::kOffset != 0) {
            unroll<P::kGroups>([&](auto g) REALM_KERNEL_LAMBDA {
              s[i][j] = Set::add_ints(s[i][j], start_of<P::kOffset>(x.starts + (g * kN + j)));
            });
          }
          t[i][j] = Isa::to_floats(s[i][j]);
        });
      });
    } else {
      unroll<P::kGroups>([&](auto g) REALM_KERNEL_LAMBDA {
        constexpr int kG = decltype(g)::value;
        typename Isa::Ints s[kTiles][kN];
        sum_group(b * P::kCodesBytes + kG * kQuads * P::kVector, x.codes + kG * kQuads * 4 * kN,
                  x.starts + kG * kN, s);
        unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
          if constexpr (P::kHasSubs) {
            const Floats scale = load(i, P::kSubsAt + (b * P::kGroups + kG) * P::kVector);
            unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
              const Floats v = Isa::to_floats(s[i][j]);
              t[i][j] = kG == 0 ? Isa::mul(v, scale) : Isa::fma(v, scale, t[i][j]);
            });
          } else {
            unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { t[i][j] = Isa::to_floats(s[i][j]); });
          }
        });
      });
    }
  }

  /// Integer sums over the quads of a group, whose codes lie at `offset` of each tile's block.
  REALM_KERNEL void sum_group(int offset, const int8_t* codes, const int32_t* starts,
                              typename Isa::Ints (&s)[kTiles][kN]) const {
    constexpr int kQuads = 8 / P::kGroups;
    const auto start = [&](auto j) REALM_KERNEL_LAMBDA { return start_of<P::kOffset>(starts + j); };
    if constexpr (kTiles == 1) {
      const auto quad = [&](auto i) REALM_KERNEL_LAMBDA {
        return Isa::load_codes(at(0, offset + i * P::kVector));
      };
      Isa::template dot<kQuads, P::kMaxCode, P::Block::kSigned>(s[0], codes, quad, start);
    } else {
      // A column's codes are loaded once for all tiles.
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        s[0][j] = start(j);
        unroll<kTiles - 1>([&](auto i) REALM_KERNEL_LAMBDA { s[i + 1][j] = s[0][j]; });
      });
      unroll<kQuads>([&](auto q) REALM_KERNEL_LAMBDA {
        typename Isa::Codes w[kTiles];
        unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
          w[i] = Isa::load_codes(at(i, offset + q * P::kVector));
        });
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          const typename Isa::Codes v = Set::broadcast_codes(codes + (q * kN + j) * 4);
          unroll<kTiles>([&](auto i)
                             REALM_KERNEL_LAMBDA { s[i][j] = Set::dot4(s[i][j], w[i], v); });
        });
      });
    }
  }

  template <class F>
  static REALM_KERNEL void for_each(F&& f) {
    unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { f(i, j); });
    });
  }

  /// Adds kElems columns of k to the sums at `acc`, [tile][column][row].
  REALM_KERNEL void add_super(RunInput<P>& x, float* acc) const {
    Row t[kTiles];
    Row products[kTiles];
    for_each([&](auto i, auto j) REALM_KERNEL_LAMBDA { products[i][j] = Isa::zero(); });
    constexpr int kMinGroups = P::kMins / P::kBlocks;
    const float* sums = x.sums.at;
    for (int b = 0; b < P::kBlocks; ++b) {
      sum_32(b, x, t);
      for_each([&](auto i, auto j) REALM_KERNEL_LAMBDA {
        products[i][j] = Isa::fma(t[i][j], Isa::broadcast(x.scales + j), products[i][j]);
      });
      x.codes += 32 * kN;
      x.scales += kN;
      x.starts += P::kGroups * kN;
    }
    unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
      const Floats d = load(i, P::kDAt);
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        float* to = acc + (i * kN + j) * Isa::kRows;
        if constexpr (P::kFolds && P::kFold.sign < 0) {
          Isa::store(to, Set::fnma(products[i][j], d, Isa::load(to)));
        } else {
          Isa::store(to, Isa::fma(products[i][j], d, Isa::load(to)));
        }
      });
    });
    if constexpr (P::kMins > 0) {
      Row mins[kTiles];
      for_each([&](auto i, auto j) REALM_KERNEL_LAMBDA { mins[i][j] = Isa::zero(); });
      for (int g = 0; g < P::kMins; ++g, sums += kN) {
        unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
          const Floats min = load(i, P::kMinsAt + g * P::kVector);
          unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
            mins[i][j] = Isa::fma(min, Isa::broadcast(sums + j), mins[i][j]);
          });
        });
      }
      unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
        const Floats m = load(i, P::kMAt);
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          float* to = acc + (i * kN + j) * Isa::kRows;
          Isa::store(to, Isa::fma(mins[i][j], m, Isa::load(to)));
        });
      });
      x.sums += kMinGroups * P::kBlocks * kN;
    }
  }

  /// The same for formats of one scale a block: `blocks` blocks of 32.
  REALM_KERNEL void add_blocks(RunInput<P>& x, float* acc, int64_t blocks) {
    Row sum[kTiles];
    Row t[kTiles];
    for_each([&](auto i, auto j)
                 REALM_KERNEL_LAMBDA { sum[i][j] = Isa::load(acc + (i * kN + j) * Isa::kRows); });
    for (int64_t b = 0; b < blocks; ++b, panel += P::kBytes) {
      sum_32(0, x, t);
      unroll<kTiles>([&](auto i) REALM_KERNEL_LAMBDA {
        const Floats d = load(i, P::kDAt);
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          const Floats factor = Isa::mul(d, Isa::broadcast(x.scales + j));
          sum[i][j] = Isa::fma(t[i][j], factor, sum[i][j]);
        });
        if constexpr (P::Block::kHasMin) {
          const Floats m = load(i, P::kMAt);
          unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
            sum[i][j] = Isa::fma(m, Isa::broadcast(x.sums + j), sum[i][j]);
          });
        }
      });
      x.codes += 32 * kN;
      x.scales += kN;
      x.starts += kN;
      x.sums += kN;
    }
    for_each([&](auto i, auto j)
                 REALM_KERNEL_LAMBDA { Isa::store(acc + (i * kN + j) * Isa::kRows, sum[i][j]); });
  }
};

/// One panel times one group of kN columns.
template <class P, int kN>
void add_panel(const uint8_t* panel, int64_t stride, int64_t blocks, const Columns& group,
               int64_t from, float* acc) {
  const int64_t n = kN;
  const bool halves = P::kGroup == 16;
  RunInput<P> x;
  if constexpr (P::kIsWide) {
    x.codes = group.wide + from * n;
  } else {
    x.codes = group.codes + from * n;
  }
  x.scales = group.scales + from / 32 * n;
  x.starts.at = P::kOffset == 0 ? nullptr
                : halves        ? group.starts16 + from / 16 * n
                                : group.starts + from / 32 * n;
  x.sums.at = !P::Block::kHasMin       ? nullptr
              : P::Block::kGroup == 16 ? group.sums16 + from / 16 * n
                                       : group.sums + from / 32 * n;
  PanelProduct<P, kN> product{panel, stride};
  if constexpr (P::Block::kSuper) {
    for (int64_t b = 0; b < blocks; ++b, product.panel += P::kBytes) product.add_super(x, acc);
  } else {
    product.add_blocks(x, acc, blocks);
  }
}

template <class P, int kN = Isa::kRunColumns>
void add_panel_of(const uint8_t* panel, int64_t stride, int64_t blocks, const Columns& group,
                  int64_t from, float* acc) {
  if constexpr (kN > Isa::kFewestRunColumns) {
    if (group.count < kN) {
      return add_panel_of<P, kN - 1>(panel, stride, blocks, group, from, acc);
    }
  }
  add_panel<P, kN>(panel, stride, blocks, group, from, acc);
}

template <Format kFormat>
void multiply_run(const uint8_t* tiles, int64_t k, const Columns* groups, int32_t count,
                  const Target& target) {
  using P = Panel<kFormat>;
  constexpr int kTiles = P::kTiles;
  constexpr int64_t kPiece = kPanelBytes / (kTiles * Isa::kRows * (P::kIsWide ? 2 : 1));
  constexpr int64_t kStride = kPiece / P::kElems * P::kBytes;
  constexpr int64_t kPacked = packed_block_bytes(P::kLayout, Isa::kRows);
  const int64_t bytes = k / P::kElems * kPacked;
  alignas(64) uint8_t panel[kTiles * kStride];
  alignas(64) float sums[kMaxRunColumns * kTiles * Isa::kRows];
  for (int64_t row = 0; row < target.rows; row += kTiles * Isa::kRows, tiles += kTiles * bytes) {
    for (int64_t from = 0; from < k; from += kPiece) {
      const int64_t left = k - from < kPiece ? k - from : kPiece;
      const int64_t blocks = left / P::kElems;
      for (int t = 0; t < kTiles; ++t) {
        // Where the rows end before the last tile, its sums are nobody's.
        const bool is_there = row + t * Isa::kRows < target.rows;
        const uint8_t* tile = tiles + (is_there ? t : 0) * bytes + from / P::kElems * kPacked;
        for (int64_t b = 0; b < blocks; ++b) {
          P::expand(tile + b * kPacked, panel + t * kStride + b * P::kBytes);
        }
      }
      // The next panel's bytes follow this one's.
      RunSums<kTiles> run(target, row, from == 0, from + left == k,
                          tiles + (from + left) / P::kElems * kPacked, bytes,
                          blocks * kPacked / count);
      float* acc = sums;
      for (int32_t g = 0; g < count; ++g) {
        run.begin(acc, groups[g].count);
        add_panel_of<P>(panel, kStride, blocks, groups[g], from, acc);
        acc = run.end(acc, groups[g].count);
      }
    }
  }
}

}  // namespace realm::cpu::REALM_ISA
