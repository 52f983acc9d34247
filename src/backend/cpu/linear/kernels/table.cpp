// The table of matmul kernels of one instruction set: a slot for every weight format of the table
// of formats.
#include "backend/cpu/linear/kernels/block.hpp"
#include "backend/cpu/linear/kernels/plain.hpp"
#include "backend/cpu/linear/kernels/prepare.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

/// The kernel for the number of columns that the group has.
template <Format kFormat, int kN = Isa::kColumns>
void multiply(const uint8_t* tiles, int64_t k, const Columns& x, const Target& target) {
  if constexpr (kN > 1) {
    if (x.count < kN) return multiply<kFormat, kN - 1>(tiles, k, x, target);
  }
  if constexpr (row_of(kFormat).kind == FormatKind::kFloat) {
    multiply_plain_columns<kFormat, kN>(tiles, k, x, target);
  } else {
    multiply_block_columns<PackedBlock<kFormat>, kN>(tiles, k, x, target);
  }
}

constexpr int kFormatRows = static_cast<int>(sizeof kFormatTable / sizeof kFormatTable[0]);

template <int kRow = 0>
constexpr void fill(LinearKernels& table) {
  if constexpr (kRow < kFormatRows) {
    constexpr Format kFormat = kFormatTable[kRow].format;
    if constexpr (kFormatTable[kRow].kind != FormatKind::kNumber) {
      table.multiply[static_cast<uint32_t>(kFormat)] = &multiply<kFormat>;
    }
    fill<kRow + 1>(table);
  }
}

constexpr LinearKernels make_table() {
  LinearKernels table{};
  table.isa = Isa::kName;
  table.tile_rows = Isa::kRows;
  table.max_columns = Isa::kColumns;
  table.code_unit = Isa::kUnit;
  table.offset_bytes = Isa::kOffsetBytes;
  table.prepare = &prepare;
  fill(table);
  return table;
}

}  // namespace

extern const LinearKernels kLinearKernels;
constinit const LinearKernels kLinearKernels = make_table();

}  // namespace realm::cpu::REALM_ISA
