// out = x / (1 + exp(-x)), element by element. Elfwing et al., 2017.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct Silu {
  static constexpr std::string_view kName = "silu";
  TensorView x;    // [rows, dim] F32
  TensorView out;  // [rows, dim] F32; may be an input itself

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const Silu& op);
void reference(const Silu& op, Activations activations);

}  // namespace realm
