// out[i, :] = scale * table[tokens[i], :]. A token outside the table writes NaN: a device cannot
// refuse after the fact, and a poisoned row is seen where a clamped one is not.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct Embed {
  static constexpr std::string_view kName = "embed";
  TensorView tokens;  // [n] I32
  TensorView table;   // [vocab, dim] any weight format
  TensorView out;     // [n, dim] F32
  float scale = 1.0f;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("tokens", Role::kInput, op.tokens);
    f("table", Role::kWeight, op.table);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const Embed& op);
void reference(const Embed& op, Activations activations);

}  // namespace realm
