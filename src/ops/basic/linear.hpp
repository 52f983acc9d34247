// out[m, n] = sum_k x[m, k] * weight[n, k] + bias[n].
#pragma once

#include "ops/op.hpp"

namespace realm {

struct Linear {
  static constexpr std::string_view kName = "linear";
  TensorView x;       // [m, k] F32
  TensorView weight;  // [n, k] any weight format
  TensorView bias;    // [n] F32, optional
  TensorView out;     // [m, n] F32

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("weight", Role::kWeight, op.weight);
    f("bias", Role::kInput, op.bias);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const Linear& op);
void reference(const Linear& op, Activations activations);

}  // namespace realm
