// What both attentions do with tiles of query rows, whatever they multiply in.
#pragma once

#include "backend/cpu/kernels/kernels.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

/// f.operator()<n>() for the run-time n in [1, max].
template <int max, class F>
inline void with_count(int n, F&& f) {
  if constexpr (max > 0) {
    if (n == max) return f.template operator()<max>();
    with_count<max - 1>(n, f);
  }
}

/// Tokens of a chunk that some of the rows sees, and those that all see. Nobody sees any where
/// lowest >= highest.
struct SeenTokens {
  int lowest = kChunkTokens;
  int highest = 0;
  int common_first = 0;
  int common_last = kChunkTokens;
};
inline SeenTokens seen_tokens(int rows, const int32_t* first, const int32_t* last) {
  SeenTokens seen;
  for (int r = 0; r < rows; ++r) {
    if (first[r] < last[r]) {
      if (first[r] < seen.lowest) seen.lowest = first[r];
      if (last[r] > seen.highest) seen.highest = last[r];
    }
    if (first[r] > seen.common_first) seen.common_first = first[r];
    if (last[r] < seen.common_last) seen.common_last = last[r];
  }
  return seen;
}

}  // namespace
}  // namespace realm::cpu::REALM_ISA
