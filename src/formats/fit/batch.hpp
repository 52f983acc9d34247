// The search for scales and codes, as kernels that are compiled once per instruction set: what
// encode.cpp gives them and gets back. No inline functions here.
//
// A kernel fits 16 groups at once, each in a lane of its own: sums over a group are sums of lanes,
// and no lane sees another one, except that groups of a block share its scale. Every step is an
// exactly rounded float operation in an order that does not depend on the width of a vector, so all
// instruction sets find the same bits.
#pragma once

#include <cstdint>

namespace realm::fit {

constexpr uint32_t kLanes = 16;          ///< groups of a batch
constexpr uint32_t kLargestGroup = 256;  ///< elements

/// 16 groups as they will be stored. Fields that a format lacks are not written.
struct Fitted {
  alignas(64) uint32_t raw[kLargestGroup / 4][kLanes];  ///< four raw codes, as codes4() has them
  float d[kLanes];                                      ///< of the group's block, representable
  float m[kLanes];
  float sub_scale[kLanes];  ///< integers
  float sub_min[kLanes];
  float sums[kLargestGroup / 16][kLanes];  ///< of each 16 codes
};

/// Fits 16 consecutive groups of finite values, at most 65504.
using Fit = void (*)(const float* values, Fitted& out);

constexpr uint32_t kFormatNumbers = 64;  ///< GGUF's numbers of block formats end below

struct FitKernels {
  const char* isa;
  Fit fit[kFormatNumbers];  ///< by GGUF number; nullptr: no block format
};

/// Sets of kernels that this machine can run, the fastest first. Never empty.
struct FitKernelList {
  const FitKernels* at[3];
  uint32_t count;
};
const FitKernelList& fit_kernels();

}  // namespace realm::fit
