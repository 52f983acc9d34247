#include "ops/basic/layer_norm.hpp"

#include <cmath>

#include "ops/check.hpp"

namespace realm {

Result<void> check(const LayerNorm& op) {
  const Shape shape{op.x.rows(), op.x.cols()};
  const Shape row{op.x.cols()};
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "weight", op.weight, Format::kF32, row));
  REALM_TRY(expect_optional(op.kName, "bias", op.bias, Format::kF32, row));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  REALM_TRY(expect_no_alias(op.kName, "out", op.out, "weight", op.weight));
  REALM_TRY(expect_no_alias(op.kName, "out", op.out, "bias", op.bias));
  return expect_no_alias(op.kName, "out", op.out, "x", op.x, true);
}

void reference(const LayerNorm& op, Activations) {
  const int64_t dim = op.x.cols();
  const auto* weight = op.weight.row<const float>(0);
  const float* bias = op.bias ? op.bias.row<const float>(0) : nullptr;
  for (int64_t r = 0; r < op.x.rows(); ++r) {
    const auto* x = op.x.row<const float>(r);
    auto* out = op.out.row<float>(r);
    double mean = 0;
    for (int64_t c = 0; c < dim; ++c) mean += x[c];
    mean /= static_cast<double>(dim);
    double squares = 0;
    for (int64_t c = 0; c < dim; ++c) squares += (x[c] - mean) * (x[c] - mean);
    const double scale = 1.0 / std::sqrt(squares / static_cast<double>(dim) + op.eps);
    for (int64_t c = 0; c < dim; ++c) {
      out[c] = static_cast<float>((x[c] - mean) * scale * weight[c] + (bias ? bias[c] : 0.0f));
    }
  }
}

}  // namespace realm
