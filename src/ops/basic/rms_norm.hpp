// out[r, c] = x[r, c] / sqrt(mean_c(x[r, c]^2) + eps) * weight[c].
// Root mean square layer normalization: Zhang and Sennrich, 2019.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct RmsNorm {
  static constexpr std::string_view kName = "rms_norm";
  TensorView x;       // [rows, dim] F32
  TensorView weight;  // [dim] F32
  TensorView out;     // [rows, dim] F32; may be x itself
  float eps = 1e-6f;  // added to the mean square, dimensionless

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("weight", Role::kInput, op.weight);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const RmsNorm& op);
void reference(const RmsNorm& op, Activations activations);

}  // namespace realm
