// out = x Phi(x), Phi the distribution function of the normal distribution, element by element:
// Hendrycks and Gimpel, 2016. Exact, or the authors' approximation; a model wants the one that it
// was trained with.
#pragma once

#include "ops/op.hpp"

namespace realm {

enum class GeluForm : uint8_t {
  kErf,   // 0.5 x (1 + erf(x / sqrt(2)))
  kTanh,  // 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
};

/// The function itself, in double.
double gelu(GeluForm form, double v);

struct Gelu {
  static constexpr std::string_view kName = "gelu";
  TensorView x;    // [rows, dim] F32
  TensorView out;  // [rows, dim] F32; may be x itself
  GeluForm form = GeluForm::kErf;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const Gelu& op);
void reference(const Gelu& op, Activations activations);

}  // namespace realm
