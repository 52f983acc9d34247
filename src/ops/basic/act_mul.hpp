// out = act(gate) * up, element by element: the gated unit of Shazeer, 2020 (SwiGLU, GEGLU).
#pragma once

#include "ops/op.hpp"

namespace realm {

enum class Activation : uint8_t {
  kSilu,      // v / (1 + exp(-v))
  kGeluTanh,  // 0.5 v (1 + tanh(sqrt(2 / pi) (v + 0.044715 v^3)))
};

/// The function itself, in double.
double activate(Activation activation, double v);

struct ActMul {
  static constexpr std::string_view kName = "act_mul";
  TensorView gate;  // [rows, dim] F32
  TensorView up;    // [rows, dim] F32
  TensorView out;   // [rows, dim] F32; may be an input itself
  Activation activation = Activation::kSilu;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("gate", Role::kInput, op.gate);
    f("up", Role::kInput, op.up);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const ActMul& op);
void reference(const ActMul& op, Activations activations);

}  // namespace realm
