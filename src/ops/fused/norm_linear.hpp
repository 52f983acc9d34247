// out[j] = cap(linear(rms_norm(x[rows[j]]))): the output head, computed only for the rows asked
// for.
//   cap(z) = softcap * tanh(z / softcap), or z when softcap is 0
#pragma once

#include "ops/op.hpp"

namespace realm {

struct NormLinear {
  static constexpr std::string_view kName = "norm_linear";
  TensorView x;            // [n, k] F32
  TensorView rows;         // [m] I32 into x; absent: every row, m = n
  TensorView norm_weight;  // [k] F32
  TensorView weight;       // [vocab, k] any weight format
  TensorView bias;         // [vocab] F32, optional
  TensorView out;          // [m, vocab] F32
  float eps = 1e-6f;
  float softcap = 0.0f;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("rows", Role::kInput, op.rows);
    f("norm_weight", Role::kInput, op.norm_weight);
    f("weight", Role::kWeight, op.weight);
    f("bias", Role::kInput, op.bias);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const NormLinear& op);
/// Precondition: rows[j] in [0, n).
void reference(const NormLinear& op, Activations activations);

}  // namespace realm
