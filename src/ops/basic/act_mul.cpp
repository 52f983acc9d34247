#include "ops/basic/act_mul.hpp"

#include <cmath>

#include "ops/check.hpp"

namespace realm {

double activate(Activation activation, double v) {
  if (activation == Activation::kSilu) return v / (1.0 + std::exp(-v));
  const double inner = 0.7978845608028654 * (v + 0.044715 * v * v * v);  // sqrt(2 / pi)
  return 0.5 * v * (1.0 + std::tanh(inner));
}

Result<void> check(const ActMul& op) {
  const Shape shape{op.gate.rows(), op.gate.cols()};
  REALM_TRY(expect(op.kName, "gate", op.gate, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "up", op.up, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  REALM_TRY(expect_no_alias(op.kName, "out", op.out, "gate", op.gate, true));
  return expect_no_alias(op.kName, "out", op.out, "up", op.up, true);
}

void reference(const ActMul& op, Activations) {
  for (int64_t r = 0; r < op.gate.rows(); ++r) {
    const auto* gate = op.gate.row<const float>(r);
    const auto* up = op.up.row<const float>(r);
    auto* out = op.out.row<float>(r);
    for (int64_t c = 0; c < op.gate.cols(); ++c) {
      out[c] = static_cast<float>(activate(op.activation, gate[c]) * up[c]);
    }
  }
}

}  // namespace realm
