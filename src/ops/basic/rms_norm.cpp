#include "ops/basic/rms_norm.hpp"

#include <cmath>

#include "ops/check.hpp"

namespace realm {

Result<void> check(const RmsNorm& op) {
  const Shape shape{op.x.rows(), op.x.cols()};
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "weight", op.weight, Format::kF32, Shape{op.x.cols()}));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  REALM_TRY(expect_no_alias(op.kName, "out", op.out, "weight", op.weight));
  return expect_no_alias(op.kName, "out", op.out, "x", op.x, true);
}

void reference(const RmsNorm& op, Activations) {
  const int64_t dim = op.x.cols();
  const auto* weight = op.weight.row<const float>(0);
  for (int64_t r = 0; r < op.x.rows(); ++r) {
    const auto* x = op.x.row<const float>(r);
    auto* out = op.out.row<float>(r);
    double sum = 0;
    for (int64_t c = 0; c < dim; ++c) sum += static_cast<double>(x[c]) * x[c];
    const double scale = 1.0 / std::sqrt(sum / static_cast<double>(dim) + op.eps);
    for (int64_t c = 0; c < dim; ++c) out[c] = static_cast<float>(x[c] * scale * weight[c]);
  }
}

}  // namespace realm
