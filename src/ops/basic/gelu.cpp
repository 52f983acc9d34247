#include "ops/basic/gelu.hpp"

#include <cmath>

#include "ops/basic/act_mul.hpp"
#include "ops/check.hpp"

namespace realm {

double gelu(GeluForm form, double v) {
  if (form == GeluForm::kTanh) return activate(Activation::kGeluTanh, v);
  // erfc of the other side: 1 + erf would cancel for negative v.
  return 0.5 * v * std::erfc(-v * 0.70710678118654752);
}

Result<void> check(const Gelu& op) {
  const Shape shape{op.x.rows(), op.x.cols()};
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  return expect_no_alias(op.kName, "out", op.out, "x", op.x, true);
}

void reference(const Gelu& op, Activations) {
  for (int64_t r = 0; r < op.x.rows(); ++r) {
    const auto* x = op.x.row<const float>(r);
    auto* out = op.out.row<float>(r);
    for (int64_t c = 0; c < op.x.cols(); ++c) out[c] = static_cast<float>(gelu(op.form, x[c]));
  }
}

}  // namespace realm
