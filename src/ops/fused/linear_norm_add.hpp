// out = residual + rms_norm(linear(x)): a projection back into the residual stream that is normed
// on its way, as Gemma 2 and 3 do.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct LinearNormAdd {
  static constexpr std::string_view kName = "linear_norm_add";
  TensorView x;            // [m, k] F32
  TensorView weight;       // [n, k] any weight format
  TensorView bias;         // [n] F32, optional
  TensorView norm_weight;  // [n] F32
  TensorView residual;     // [m, n] F32
  TensorView out;          // [m, n] F32; may be residual itself
  float eps = 1e-6f;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("weight", Role::kWeight, op.weight);
    f("bias", Role::kInput, op.bias);
    f("norm_weight", Role::kInput, op.norm_weight);
    f("residual", Role::kInput, op.residual);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const LinearNormAdd& op);
void reference(const LinearNormAdd& op, Activations activations);

}  // namespace realm
