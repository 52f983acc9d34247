// out = a + b, element by element.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct Add {
  static constexpr std::string_view kName = "add";
  TensorView a;    // [rows, dim] F32
  TensorView b;    // [rows, dim] F32
  TensorView out;  // [rows, dim] F32; may be an input itself

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("a", Role::kInput, op.a);
    f("b", Role::kInput, op.b);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const Add& op);
void reference(const Add& op, Activations activations);

}  // namespace realm
