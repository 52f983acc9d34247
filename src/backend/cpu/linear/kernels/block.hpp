// The product of a block format: one tile of rows times a few columns, from the packed bytes.
//
// Per 32 columns: integer dot products (exact), one conversion, scale and add in float, in the
// order of the columns. Every row of the tile is a lane of its own and every column has its own
// registers, so a result's bits do not depend on how many columns are computed beside it.
#pragma once

#include "backend/cpu/linear/kernels/book.hpp"
#include "backend/cpu/linear/kernels/isa.hpp"
#include "backend/cpu/linear/kernels/target.hpp"
#include "backend/cpu/linear/kernels/unroll.hpp"
#include "backend/cpu/linear/packed.hpp"

namespace realm::cpu::REALM_ISA {

constexpr int log2_of(int v) { return v <= 1 ? 0 : 1 + log2_of(v / 2); }

/// The set of kernels as a name that is looked up late: for what only some sets have.
template <class>
struct LateIsa {
  using type = Isa;
};

/// The bytes of one block of a tile as vectors: what the format's row says, for kRows rows.
template <Format kFormat>
struct PackedBlock {
  static constexpr Layout kLayout = layout_of(kFormat);
  static constexpr int kLo = kLayout.lo.bits;
  static constexpr int kHi = kLayout.hi.bits;
  static constexpr int kHeader = header_bytes(kLayout, Isa::kRows);
  static constexpr int kCodesBytes = codes_bytes(kLayout, Isa::kRows);
  static constexpr bool kSigned = has_signed_codes(kLayout, Isa::kOffsetBytes);
  static constexpr int kMaxCode = max_code(kLayout, Isa::kOffsetBytes);
  static constexpr int kOffset = code_offset(kLayout, Isa::kOffsetBytes);
  static constexpr OffsetBook kBook = offset_book(kLayout.book, kOffset);
  static constexpr bool kSplitsBook =
      Isa::kScalesPairs && kSigned && kLayout.code == CodeKind::kBook;
  static constexpr int kSplitOffset = kSplitsBook ? book_offset(kLayout.book) : 0;
  static constexpr BookSplit kSplit =
      kSplitsBook ? split_book(kLayout.book, kSplitOffset) : BookSplit{};
  /// What multiply_blocks() reads.
  static constexpr uint32_t kReads =
      planes_of(row_of(kFormat), Isa::kOffsetBytes) | (kSplitsBook ? uint32_t{kStarts} : 0u);
  static constexpr int kGroup = kLayout.group < 32 ? 16 : 32;
  static constexpr int kGroups = 32 / kGroup;  // of 32 columns
  static constexpr bool kHasMin = has_min(kLayout);
  static constexpr bool kHasSubs = kLayout.sub_scales != SubScales::kNone;
  static constexpr bool kSuper = kLayout.elems > 32;  // several blocks of 32 share d and m

  const uint8_t* header;
  const uint8_t* codes;

  REALM_KERNEL explicit PackedBlock(const uint8_t* at) : header(at), codes(at + kHeader) {}

  REALM_KERNEL typename Isa::Floats d() const {
    if constexpr (kLayout.d_kind == BlockScale::kSingle) {
      return Isa::load(reinterpret_cast<const float*>(header));
    } else if constexpr (kLayout.d_kind == BlockScale::kE8m0) {
      return Isa::load_e8m0(header);
    } else {
      return Isa::load_halves(header);
    }
  }
  REALM_KERNEL typename Isa::Floats m() const {
    const typename Isa::Floats stored = Isa::load_halves(header + m_at(kLayout, Isa::kRows));
    if constexpr (kLayout.m_is_negated) return Isa::negate(stored);
    return stored;
  }
  /// To the next 32 columns.
  REALM_KERNEL void step() { codes += kCodesBytes; }

  /// Quad kQuad of the current 32 columns.
  template <int kQuad>
  REALM_KERNEL typename Isa::Codes quad() const {
    if constexpr (kLayout.code == CodeKind::kBook) return Isa::look_up(kBook.at, raw<kQuad>());
    return raw<kQuad>();
  }
  /// And before a codebook has been looked up.
  template <int kQuad>
  REALM_KERNEL typename Isa::Codes raw() const {
    constexpr int kVector = Isa::kRows * 4;
    constexpr int kLoShift = kLo * (kQuad / kLo);
    typename Isa::Codes lo = Isa::load_codes(codes + kQuad % kLo * kVector);
    if constexpr (kLoShift > 0) lo = Isa::template shift_right<kLoShift>(lo);
    if constexpr (kLo < 8) lo = Isa::template mask<(1 << kLo) - 1>(lo);
    if constexpr (kHi > 0) {
      constexpr int kHiShift = kHi * (kQuad / kHi) - kLo;  // from its place to the lo plane's top
      typename Isa::Codes hi = Isa::load_codes(codes + (kLo + kQuad % kHi) * kVector);
      if constexpr (kHiShift > 0) hi = Isa::template shift_right<kHiShift>(hi);
      if constexpr (kHiShift < 0) hi = Isa::template shift_left<-kHiShift>(hi);
      return Isa::template merge<((1 << kHi) - 1) << kLo>(lo, hi);
    }
    return lo;
  }

  REALM_KERNEL const uint8_t* sub(int64_t group) const {
    return header + subs_at(kLayout, Isa::kRows) + group * Isa::kRows;
  }
  /// Integer scale of group `group` of the block: of 32 columns, or of 16.
  REALM_KERNEL typename Isa::Ints sub_scale(int64_t group) const {
    if constexpr (kLayout.sub_scales == SubScales::kNibbles) {
      return Isa::low_nibble(Isa::load_bytes(sub(group)));
    }
    // 6-bit scales with an offset are packed as the signed numbers they stand for.
    return Isa::load_signed_bytes(sub(group));
  }
  REALM_KERNEL typename Isa::Ints sub_min(int64_t group) const {
    if constexpr (kLayout.sub_scales == SubScales::kNibbles) {
      return Isa::high_nibble(Isa::load_bytes(sub(group)));
    }
    return Isa::load_bytes(header + sub_mins_at(kLayout, Isa::kRows) + group * Isa::kRows);
  }
};

/// What a sum starts from, so that codes need no offset: -kOffset * (sum of the activation codes).
template <int kOffset>
REALM_KERNEL typename Isa::Ints start_of(const int32_t* at) {
  if constexpr (kOffset == 0) return Isa::zero_ints();
  return Isa::template start<log2_of(kOffset)>(at);
}

/// A plane of the columns as a kernel walks through it. One that the format does not have is null:
/// it stays where it is, for not even an offset may be added to it.
template <class T, bool kThere>
struct Plane {
  const T* at;
  REALM_KERNEL const T* operator+(int n) const { return kThere ? at + n : at; }
  REALM_KERNEL void operator+=(int n) { at = *this + n; }
};

/// Sums of code products over 32 columns, times the groups' integer scales: whole numbers below
/// 2^24, so every way to them gives the same floats.
template <class Block, int kN, class Starts>
REALM_KERNEL void sum_32(const Block& block, int b, const int8_t* codes, const Starts& starts,
                         typename Isa::Floats (&t)[kN]) {
  static_assert(!Block::kHasSubs || largest_scaled_sum(Block::kLayout) < 1 << 24);
  constexpr int kQuads = 8 / Block::kGroups;
  if constexpr (Isa::kScalesPairs && Block::kHasSubs && !Block::kSigned) {
    using Set = typename LateIsa<Block>::type;
    typename Isa::Ints subs[Block::kGroups];
    unroll<Block::kGroups>(
        [&](auto g) REALM_KERNEL_LAMBDA { subs[g] = block.sub_scale(b * Block::kGroups + g); });
    typename Isa::Ints s[1][kN];
    const auto quad = [&](auto, auto i)
                          REALM_KERNEL_LAMBDA { return block.template quad<decltype(i)::value>(); };
    const auto sub = [&](int, int g) REALM_KERNEL_LAMBDA { return Set::pairs_of(subs[g]); };
    Set::template dot_pairs<kQuads, Block::kMaxCode>(s, codes, quad, sub);
    if constexpr (Block::kOffset != 0) {
      unroll<Block::kGroups>([&](auto g) REALM_KERNEL_LAMBDA {
        const auto factors = Set::template offset_pairs<log2_of(Block::kOffset)>(subs[g]);
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          s[0][j] = Set::add_pairs(s[0][j], starts + (g * kN + j), factors);
        });
      });
    }
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { t[j] = Isa::to_floats(s[0][j]); });
    return;
  }
  if constexpr (Block::kSplitsBook) {
    using Set = typename LateIsa<Block>::type;
    static_assert(Block::kGroups == 1);
    typename Isa::Ints s[kN];
    const auto raw = [&](auto i)
                         REALM_KERNEL_LAMBDA { return block.template raw<decltype(i)::value>(); };
    const auto residual = [&](auto v) REALM_KERNEL_LAMBDA {
      return Set::look_up(Block::kSplit.residuals.at, v);
    };
    const auto start = [&](auto j) REALM_KERNEL_LAMBDA {
      return start_of<Block::kSplitOffset>(starts + j);
    };
    Set::template dot_split<Block::kSplit.step, Block::kSplit.most>(s, codes, raw, residual, start);
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { t[j] = Isa::to_floats(s[j]); });
    if constexpr (Block::kHasSubs) {
      const typename Isa::Floats scale = Isa::to_floats(block.sub_scale(b));
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { t[j] = Isa::mul(t[j], scale); });
    }
    return;
  }
  unroll<Block::kGroups>([&](auto g) REALM_KERNEL_LAMBDA {
    constexpr int kG = decltype(g)::value;
    typename Isa::Ints s[kN];
    const auto quad = [&](auto i) REALM_KERNEL_LAMBDA {
      return block.template quad<kG * kQuads + decltype(i)::value>();
    };
    const auto start = [&](auto j) REALM_KERNEL_LAMBDA {
      return start_of<Block::kOffset>(starts + (kG * kN + j));
    };
    Isa::template dot<kQuads, Block::kMaxCode, Block::kSigned>(s, codes + kG * kQuads * 4 * kN,
                                                               quad, start);
    if constexpr (Block::kHasSubs) {
      const typename Isa::Floats scale = Isa::to_floats(block.sub_scale(b * Block::kGroups + kG));
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        const typename Isa::Floats v = Isa::to_floats(s[j]);
        t[j] = kG == 0 ? Isa::mul(v, scale) : Isa::fma(v, scale, t[j]);
      });
    } else {
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { t[j] = Isa::to_floats(s[j]); });
    }
  });
}

// A tile is one stream, but the machine looks ahead within a page only, and arithmetic fills the
// window in which it would find the next loads by itself. Fetching what lies this far ahead, whole
// blocks with the stored sums that nobody reads (a gap costs more than they do), took 1B models
// with 8 sequences from 243 to 450 tokens/s (Q4_K) and 132 to 310 (Q6_K) with 2 threads of Zen 5,
// and one sequence from 160 to 209 (Q4_0) with 16 of a shared Emerald Rapids; 2 to 6 KiB are alike
// (2026-12).
constexpr uint32_t kAheadBytes = 4608;
template <uint32_t kBytes>
REALM_KERNEL void fetch_ahead(const uint8_t* at) {
  for (uint32_t i = 0; i < kBytes; i += 64) __builtin_prefetch(at + kAheadBytes + i);
}

/// One tile times kN columns: sums of the whole row in `acc`. Blocks of more than 32 columns are
/// summed up without their d and m first.
template <class Block, int kN>
REALM_KERNEL void multiply_blocks(const uint8_t* tile, int64_t k, const Columns& x,
                                  typename Isa::Floats (&acc)[kN]) {
  using Floats = typename Isa::Floats;
  const int8_t* codes = x.codes;
  const float* scales = x.scales;
  Plane<int32_t, Block::kOffset != 0 || Block::kSplitsBook> starts{
      Block::kGroup == 32 ? x.starts : x.starts16};
  Plane<float, Block::kHasMin> sums{Block::kGroup == 32 ? x.sums : x.sums16};
  unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { acc[j] = Isa::zero(); });

  constexpr int kElems = Block::kLayout.elems;
  for (int64_t column = 0; column < k; column += kElems) {
    Block block(tile);
    fetch_ahead<packed_block_bytes(Block::kLayout, Isa::kRows)>(tile);
    tile += packed_block_bytes(Block::kLayout, Isa::kRows);
    Floats t[kN];
    if constexpr (Block::kSuper) {
      Floats products[kN];
      Floats mins[kN];
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { products[j] = mins[j] = Isa::zero(); });
      for (int b = 0; b < kElems / 32; ++b) {
        sum_32<Block, kN>(block, b, codes, starts, t);
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          products[j] = Isa::fma(t[j], Isa::broadcast(scales + j), products[j]);
        });
        if constexpr (Block::kHasMin) {
          unroll<Block::kGroups>([&](auto g) REALM_KERNEL_LAMBDA {
            const Floats min = Isa::to_floats(block.sub_min(b * Block::kGroups + g));
            unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
              mins[j] = Isa::fma(min, Isa::broadcast(sums + (g * kN + j)), mins[j]);
            });
          });
        }
        codes += 32 * kN;
        scales += kN;
        starts += Block::kGroups * kN;
        sums += Block::kGroups * kN;
        block.step();
      }
      const Floats d = block.d();
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { acc[j] = Isa::fma(products[j], d, acc[j]); });
      if constexpr (Block::kHasMin) {
        const Floats m = block.m();
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { acc[j] = Isa::fma(mins[j], m, acc[j]); });
      }
    } else {
      const Floats d = block.d();
      sum_32<Block, kN>(block, 0, codes, starts, t);
      unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
        acc[j] = Isa::fma(t[j], Isa::mul(d, Isa::broadcast(scales + j)), acc[j]);
      });
      if constexpr (Block::kHasMin) {
        const Floats m = block.m();
        unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA {
          acc[j] = Isa::fma(m, Isa::broadcast(sums + j), acc[j]);
        });
      }
      codes += 32 * kN;
      scales += kN;
      starts += kN;
      sums += kN;
    }
  }
}

template <class Block, int kN>
void multiply_block_columns(const uint8_t* tiles, int64_t k, const Columns& x,
                            const Target& target) {
  const int64_t bytes = k / Block::kLayout.elems * packed_block_bytes(Block::kLayout, Isa::kRows);
  for (int64_t row = 0; row < target.rows; row += Isa::kRows, tiles += bytes) {
    typename Isa::Floats acc[kN];
    multiply_blocks<Block, kN>(tiles, k, x, acc);
    unroll<kN>([&](auto j) REALM_KERNEL_LAMBDA { store(target, row, j, acc[j]); });
  }
}

}  // namespace realm::cpu::REALM_ISA
