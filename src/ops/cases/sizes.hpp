// Sizes that the cases go through: odd ones, the neighbours of vector widths, single rows.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/cases/case.hpp"
#include "ops/cases/random_weight.hpp"

namespace realm {

constexpr int64_t kRowCounts[] = {1, 2, 3, 5, 7, 8, 9, 16, 17, 31, 33};
constexpr int64_t kWidths[] = {1, 3, 7, 8, 15, 16, 17, 33, 64, 100, 576};
constexpr int64_t kWeightRows[] = {1, 3, 15, 16, 17, 33, 100};
constexpr int64_t kBlocks[] = {1, 2, 4, 8};
constexpr int64_t kPlainColumns[] = {1, 7, 33, 64, 257};

template <class T, size_t N>
constexpr T cycle(const T (&values)[N], size_t i) {
  return values[i % N];
}

struct MatmulSize {
  Format format;
  int64_t m;
  int64_t n;
  int64_t k;
  size_t index;  ///< counts all sizes, to vary fills, strides, biases
};

/// Every weight format with sizes that meet every row count, weight row count and block count.
inline std::vector<MatmulSize> matmul_sizes(const CaseOptions& options) {
  std::vector<MatmulSize> out;
  const size_t count = options.quick ? 4 : 11;
  for (const Format format : weight_formats()) {
    const auto block = static_cast<int64_t>(info(format).block_elems);
    for (size_t i = 0; i < count; ++i) {
      // 11, 7 and 4 or 5 have no common factor: the pairs differ from format to format.
      const size_t at = out.size();
      const int64_t m = options.quick ? cycle({1, 3, 9, 17}, at) : cycle(kRowCounts, at);
      const int64_t n = options.quick ? cycle({1, 17, 33}, at) : cycle(kWeightRows, at);
      const int64_t blocks = options.quick ? cycle({1, 2, 4}, at) : cycle(kBlocks, at);
      const int64_t k = block == 1 ? cycle(kPlainColumns, at) : block * blocks;
      out.push_back({format, m, n, k, at});
    }
    // Large enough that threads and tiles share it.
    for (const int64_t m : {1, 65}) {
      if (options.quick) break;
      out.push_back({format, m, 500, block == 1 ? 257 : 256, out.size()});
    }
  }
  return out;
}

/// Seed of one case: independent of how many cases came before it.
inline uint64_t case_seed(const CaseOptions& options, std::string_view op, size_t index) {
  uint64_t hash = options.seed * 0x9e3779b97f4a7c15u + index;
  for (const char c : op) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

}  // namespace realm
