// out[r, c] = exp(scale * x[r, c] - max) / sum_c exp(scale * x[r, c] - max), max over the row.
// A row of -inf alone gives NaN, as the formula does.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct Softmax {
  static constexpr std::string_view kName = "softmax";
  TensorView x;        // [rows, dim] F32
  TensorView out;      // [rows, dim] F32; may be x itself
  float scale = 1.0f;  // > 0

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const Softmax& op);
void reference(const Softmax& op, Activations activations);

}  // namespace realm
