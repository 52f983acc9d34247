// The table of matmul kernels of one instruction set.
#include "backend/cpu/linear/kernels/parts.hpp"
#include "backend/cpu/linear/kernels/plain.hpp"
#include "backend/cpu/linear/kernels/plain_run.hpp"
#include "backend/cpu/linear/kernels/prepare.hpp"

namespace realm::cpu::REALM_ISA {

constexpr LinearKernels make_kernels(const char* isa, BrainPairsKernels brain_pairs) {
  return {
      .isa = isa,
      .tile_rows = Isa::kRows,
      .max_columns = Isa::kColumns,
      .run_columns = Isa::kRunColumns,
      .plain_run_columns = Isa::kPlainRunColumns,
      .fewest_run_columns = Isa::kFewestRunColumns,
      .code_unit = Isa::kUnit,
      .offset_bytes = Isa::kOffsetBytes,
      .prepare = &prepare,
      .brain_pairs = brain_pairs,
      .parts = {&kPart0, &kPart1, &kPart2},
  };
}

extern const LinearKernels kLinearKernels;
constinit const LinearKernels kLinearKernels = make_kernels(Isa::kName, {});

#if defined(REALM_ISA_AVX512)
extern const LinearKernels kBrainLinearKernels;
constinit const LinearKernels kBrainLinearKernels = make_kernels(
    "avx512bf16", {&multiply_plain<BrainWeights<Isa>>, &multiply_plain_run<BrainWeights<Isa>>});
#endif

}  // namespace realm::cpu::REALM_ISA
