// What tiles become for many columns: a run of blocks with every code a byte of its own and every
// scale a vector, so that what is unpacked once serves all columns of an item of work.
//
//   block of a panel = [32 columns][8 quads][vector] codes, then vectors: integer scales
//   (and offset * scale), mins, d, m
// The set of kernels says what it takes: integer scales multiplied into the codes where the
// products still are bytes (kFoldsScales), or in pairs of int16 that the widening multiplication
// takes (kScalesPairs), with signed codes as int16. All are whole numbers until they meet the
// activations' scale, so the results have the bits of block.hpp's.
#pragma once

#include "backend/cpu/linear/kernels/block.hpp"

namespace realm::cpu::REALM_ISA {

/// How products of integer scale and code become unsigned bytes: kAdd + kSign * product.
struct Fold {
  bool fits;
  int add;
  int sign;
};
constexpr Fold fold_of(const Layout& l) {
  if (l.sub_scales == SubScales::kNone || l.code != CodeKind::kBiased) return {false, 0, 1};
  const SubRange subs = sub_range(l);
  const int codes[] = {l.bias, (1 << code_bits(l)) - 1 + l.bias};
  int low = 0;
  int high = 0;
  for (const int code : codes) {
    for (const int sub : {subs.low, subs.high}) {
      low = code * sub < low ? code * sub : low;
      high = code * sub > high ? code * sub : high;
    }
  }
  if (low >= 0) return {high <= 255, 0, 1};
  if (low >= -128 && high <= 127) return {true, 128, 1};
  return {high <= 128 && low >= -127, 128, -1};
}

/// What columns are multiplied as: bytes, or int16 where the panel's codes are.
template <bool kIsWide>
struct ColumnCode {
  using type = int8_t;
};
template <>
struct ColumnCode<true> {
  using type = int16_t;
};

template <Format kFormat>
struct Panel {
  using Block = PackedBlock<kFormat>;
  using Set = typename LateIsa<Block>::type;
  static constexpr Layout kLayout = Block::kLayout;
  static constexpr Fold kFold = fold_of(kLayout);
  static constexpr bool kFolds = Isa::kFoldsScales && kFold.fits;
  static constexpr int kVector = Isa::kRows * 4;
  static constexpr int kElems = kLayout.elems;
  static constexpr int kBlocks = kElems / 32;
  static constexpr bool kIsWide = Isa::kScalesPairs && Block::kSigned;
  static constexpr int kTiles = Isa::kPanelVectors;
  using Code = typename ColumnCode<kIsWide>::type;
  /// Groups of 32 columns that have an integer scale.
  static constexpr int kGroups = kFolds ? 1 : Block::kGroups;
  static constexpr int kGroup = 32 / kGroups;
  static constexpr bool kHasSubs = Block::kHasSubs && !kFolds;
  static constexpr int kOffset = kFolds ? kFold.add : Block::kOffset;
  static constexpr int kMaxCode = kFolds ? 255 : Block::kMaxCode;
  static constexpr bool kOffsetSubs = Isa::kScalesPairs && kHasSubs && kOffset != 0;
  static constexpr uint32_t kStartPlane =
      kOffset == 0 ? 0u : uint32_t{kGroup == 16 ? kStarts16 : kStarts};
  static constexpr uint32_t kSumPlane =
      !Block::kHasMin ? 0u : uint32_t{Block::kGroup == 16 ? kSums16 : kSums};
  static constexpr uint32_t kReads = uint32_t{kIsWide ? kWide : kCodes} | kStartPlane | kSumPlane;
  static constexpr int kMins = Block::kHasMin && Block::kSuper ? kElems / kLayout.group : 0;

  // Offsets in a block of the panel.
  static constexpr int kQuadBytes = kIsWide ? 2 * kVector : kVector;
  static constexpr int kCodesBytes = 8 * kQuadBytes;  // of 32 columns
  static constexpr int kSubsAt = kBlocks * kCodesBytes;
  static constexpr int kOffsetsAt = kSubsAt + (kHasSubs ? kBlocks * kGroups * kVector : 0);
  static constexpr int kMinsAt = kOffsetsAt + (kOffsetSubs ? kBlocks * kGroups * kVector : 0);
  static constexpr int kDAt = kMinsAt + kMins * kVector;
  static constexpr int kMAt = kDAt + kVector;
  static constexpr int kBytes = kMAt + (Block::kHasMin ? kVector : 0);

  static REALM_KERNEL void put(uint8_t* at, typename Isa::Floats v) {
    Isa::store(reinterpret_cast<float*>(at), v);
  }

  static REALM_KERNEL void expand_codes(Block& block, int b, uint8_t* to) {
    if constexpr (kFolds) {
      unroll<Block::kGroups>([&](auto g) REALM_KERNEL_LAMBDA {
        constexpr int kG = decltype(g)::value;
        constexpr int kQuads = 8 / Block::kGroups;
        const auto fold = Set::template fold_of<kFold.sign, kFold.add, kLayout.bias>(
            block.sub_scale(b * Block::kGroups + kG));
        unroll<kQuads>([&](auto i) REALM_KERNEL_LAMBDA {
          constexpr int kQuad = kG * kQuads + decltype(i)::value;
          Isa::store_codes(to + kQuad * kVector, Set::fold(block.template quad<kQuad>(), fold));
        });
      });
    } else {
      unroll<8>([&](auto i) REALM_KERNEL_LAMBDA {
        constexpr int kQuad = decltype(i)::value;
        const typename Isa::Codes codes = block.template quad<kQuad>();
        if constexpr (kIsWide) {
          Isa::store_codes(to + kQuad * kQuadBytes, Set::template widen<0>(codes));
          Isa::store_codes(to + kQuad * kQuadBytes + kVector, Set::template widen<1>(codes));
        } else {
          Isa::store_codes(to + kQuad * kQuadBytes, codes);
        }
      });
    }
    block.step();
  }

  /// One block of a tile.
  static REALM_KERNEL void expand(const uint8_t* tile, uint8_t* to) {
    Block block(tile);
    put(to + kDAt, block.d());
    if constexpr (Block::kHasMin) put(to + kMAt, block.m());
    for (int g = 0; g < kMins; ++g) {
      put(to + kMinsAt + g * kVector, Isa::to_floats(block.sub_min(g)));
    }
    if constexpr (kHasSubs) {
      for (int g = 0; g < kBlocks * kGroups; ++g) {
        const typename Isa::Ints sub = block.sub_scale(g);
        if constexpr (Isa::kScalesPairs && !kIsWide) {
          Set::store_ints(to + kSubsAt + g * kVector, Set::pairs_of(sub));
        } else {
          put(to + kSubsAt + g * kVector, Isa::to_floats(sub));
        }
        if constexpr (kOffsetSubs) {
          Set::store_ints(to + kOffsetsAt + g * kVector,
                          Set::template offset_pairs<log2_of(kOffset)>(sub));
        }
      }
    }
    for (int b = 0; b < kBlocks; ++b) expand_codes(block, b, to + b * kCodesBytes);
  }
};

}  // namespace realm::cpu::REALM_ISA
