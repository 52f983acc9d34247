// out = residual + linear(x): the projections back into the residual stream.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct LinearAdd {
  static constexpr std::string_view kName = "linear_add";
  TensorView x;         // [m, k] F32
  TensorView weight;    // [n, k] any weight format
  TensorView bias;      // [n] F32, optional
  TensorView residual;  // [m, n] F32
  TensorView out;       // [m, n] F32; may be residual itself

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("weight", Role::kWeight, op.weight);
    f("bias", Role::kInput, op.bias);
    f("residual", Role::kInput, op.residual);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const LinearAdd& op);
void reference(const LinearAdd& op, Activations activations);

}  // namespace realm
