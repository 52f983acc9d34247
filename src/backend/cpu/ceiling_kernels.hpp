// Kernels that do nothing but read, or nothing but multiply. Kernel sources include this file.
#pragma once

#include <cstdint>

namespace realm::cpu {

struct CeilingKernels {
  /// Reads `bytes` of memory, rounded down to a few registers; the bytes that it read.
  uint64_t (*read_all)(const void* at, int64_t bytes);
  /// Multiplies and adds in registers; the products that it added up.
  int64_t (*multiply_bytes)(int64_t rounds);
  int64_t (*multiply_floats)(int64_t rounds);
};

}  // namespace realm::cpu
