// out[r, c] = (x[r, c] - mean) / sqrt(variance + eps) * weight[c] + bias[c], with
// mean = mean_c(x[r, c]) and variance = mean_c((x[r, c] - mean)^2): Ba, Kiros and Hinton, 2016.
// The mean is known before deviations are squared: mean(x^2) - mean^2 would lose every digit of a
// row whose mean is large.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct LayerNorm {
  static constexpr std::string_view kName = "layer_norm";
  TensorView x;       // [rows, dim] F32
  TensorView weight;  // [dim] F32
  TensorView bias{};  // [dim] F32, optional
  TensorView out;     // [rows, dim] F32; may be x itself
  float eps = 1e-5f;  // added to the variance, dimensionless

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("weight", Role::kInput, op.weight);
    f("bias", Role::kInput, op.bias);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const LayerNorm& op);
void reference(const LayerNorm& op, Activations activations);

}  // namespace realm
