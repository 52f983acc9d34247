// The kernels of every third weight format, by its row in the table of formats: three objects
// compile side by side, and a new row needs no line here.
#pragma once

#include "backend/cpu/linear/kernels/block.hpp"
#include "backend/cpu/linear/kernels/parts.hpp"
#include "backend/cpu/linear/kernels/plain.hpp"
#include "backend/cpu/linear/kernels/plain_run.hpp"
#include "backend/cpu/linear/kernels/run.hpp"

namespace realm::cpu::REALM_ISA {

/// The kernel for the number of columns that the group has.
template <Format kFormat, int kN = Isa::kColumns>
void multiply(const uint8_t* tiles, int64_t k, const Columns& x, const Target& target) {
  if constexpr (row_of(kFormat).kind == FormatKind::kFloat) {
    multiply_plain<FloatWeights<kFormat>>(tiles, k, x, target);
  } else {
    if constexpr (kN > 1) {
      if (x.count < kN) return multiply<kFormat, kN - 1>(tiles, k, x, target);
    }
    multiply_block_columns<PackedBlock<kFormat>, kN>(tiles, k, x, target);
  }
}

template <int kPart, int kRow = 0>
constexpr void fill(MultiplyPart& part) {
  constexpr int kRows = static_cast<int>(sizeof kFormatTable / sizeof kFormatTable[0]);
  if constexpr (kRow < kRows) {
    constexpr Format kFormat = kFormatTable[kRow].format;
    if constexpr (kRow % kParts == kPart && kFormatTable[kRow].kind != FormatKind::kNumber) {
      static_assert(static_cast<uint32_t>(kFormat) < kFormatNumbers);
      constexpr auto kNumber = static_cast<uint32_t>(kFormat);
      part.multiply[kNumber] = &multiply<kFormat>;
      if constexpr (kFormatTable[kRow].kind == FormatKind::kFloat) {
        part.planes[kNumber] = kFloats;
      } else {
        part.planes[kNumber] = PackedBlock<kFormat>::kReads;
      }
      if constexpr (kFormatTable[kRow].kind == FormatKind::kFloat) {
        part.run[kNumber] = &multiply_plain_run<FloatWeights<kFormat>>;
        part.run_planes[kNumber] = kFloats;
      } else if constexpr (kFormatTable[kRow].kind == FormatKind::kBlock) {
        if constexpr (Isa::kRunsUnfolded || Panel<kFormat>::kFolds) {
          part.run[kNumber] = &multiply_run<kFormat>;
          part.run_planes[kNumber] = Panel<kFormat>::kReads;
        }
      }
    }
    fill<kPart, kRow + 1>(part);
  }
}

template <int kPart>
constexpr MultiplyPart make_part() {
  MultiplyPart part{};
  fill<kPart>(part);
  return part;
}

}  // namespace realm::cpu::REALM_ISA
