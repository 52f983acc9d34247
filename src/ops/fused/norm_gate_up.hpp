// out = act(linear_gate(t)) * linear_up(t), t = rms_norm(x): the first half of a gated
// feed-forward.
#pragma once

#include "ops/basic/act_mul.hpp"
#include "ops/op.hpp"

namespace realm {

struct NormGateUp {
  static constexpr std::string_view kName = "norm_gate_up";
  TensorView x;            // [m, k] F32
  TensorView norm_weight;  // [k] F32
  TensorView gate_weight;  // [n, k] any weight format
  TensorView gate_bias;    // [n] F32, optional
  TensorView up_weight;    // [n, k] any weight format
  TensorView up_bias;      // [n] F32, optional
  TensorView out;          // [m, n] F32
  float eps = 1e-6f;
  Activation activation = Activation::kSilu;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("norm_weight", Role::kInput, op.norm_weight);
    f("gate_weight", Role::kWeight, op.gate_weight);
    f("gate_bias", Role::kInput, op.gate_bias);
    f("up_weight", Role::kWeight, op.up_weight);
    f("up_bias", Role::kInput, op.up_bias);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const NormGateUp& op);
void reference(const NormGateUp& op, Activations activations);

}  // namespace realm
