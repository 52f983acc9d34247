// The instruction sets that this build has kernels for, and which of them this machine runs.
//
//   baseline    every processor of the architecture
//   avx2        AVX2, FMA, F16C: x86-64 since Haswell (2013) and Excavator (2015)
//   avx2vnni    the same kernels, but block formats in products of 4 bytes (AVX-VNNI): Alder Lake,
//               Zen 5
//   avx512      AVX-512 F, BW, DQ, VL and VNNI: Ice Lake
//   avx512bf16  the same kernels, but attention and BF16 weights in bfloat16 products: Cooper Lake,
//               Zen 4
//   neon        Armv8.2 with the dot product
//   neoni8mm    the same kernels, but block formats in products of byte matrices (I8MM): Armv8.6
#pragma once

#include <string_view>
#include <vector>

#include "backend/cpu/kernels.hpp"
#include "ops/op.hpp"
#include "realm/error.hpp"

namespace realm::cpu {

struct LinearKernels;

struct Variant {
  std::string_view name;
  const Kernels* kernels;
  const Kernels* float_kernels;  ///< whose attention rounds nothing that it multiplies
  bool present;                  ///< this machine has it
  std::string_view missing;      ///< what it lacks otherwise

  AttentionMath attention() const {
    return kernels == float_kernels ? AttentionMath::kFloat : AttentionMath::kEightBits;
  }
};

/// All of this build, best first; the last one is always present.
const std::vector<Variant>& variants();

/// The variant called `name`, or the best one that is present when `name` is empty. kNotFound: no
/// such variant in this build; kUnsupported: this machine lacks it.
Result<Variant> choose_variant(std::string_view name);

}  // namespace realm::cpu
