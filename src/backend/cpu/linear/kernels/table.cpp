// The table of matmul kernels of one instruction set.
#include "backend/cpu/linear/kernels/parts.hpp"
#include "backend/cpu/linear/kernels/prepare.hpp"

namespace realm::cpu::REALM_ISA {

extern const LinearKernels kLinearKernels;
constinit const LinearKernels kLinearKernels = {
    .isa = Isa::kName,
    .tile_rows = Isa::kRows,
    .max_columns = Isa::kColumns,
    .run_columns = Isa::kRunColumns,
    .fewest_run_columns = Isa::kFewestRunColumns,
    .code_unit = Isa::kUnit,
    .offset_bytes = Isa::kOffsetBytes,
    .prepare = &prepare,
    .parts = {&kPart0, &kPart1, &kPart2},
};

}  // namespace realm::cpu::REALM_ISA
