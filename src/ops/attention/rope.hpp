// Rotary position embedding (Su et al., 2021) of each head's first 2 * half elements; the rest is
// copied. Pairs are (2j, 2j + 1) or (j, j + half):
//   a' = a * cos[j] - b * sin[j];  b' = b * cos[j] + a * sin[j]
#pragma once

#include "ops/op.hpp"

namespace realm {

enum class RopePairs : uint8_t {
  kAdjacent,  // (2j, 2j + 1): Meta's order, GGUF architecture llama
  kHalves,    // (j, j + half): GPT-NeoX's order
};

struct Rope {
  static constexpr std::string_view kName = "rope";
  TensorView x;      // [n, heads * head_dim] F32
  TensorView table;  // [n, 2 * half] F32, of RopeTable
  TensorView out;    // [n, heads * head_dim] F32; may be x itself
  int32_t head_dim = 0;
  RopePairs pairs = RopePairs::kAdjacent;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("table", Role::kInput, op.table);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const Rope& op);
void reference(const Rope& op, Activations activations);

}  // namespace realm
