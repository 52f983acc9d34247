#include "ops/fused/norm_linear.hpp"

#include <algorithm>
#include <cmath>

#include "ops/basic/linear.hpp"
#include "ops/basic/rms_norm.hpp"
#include "ops/check.hpp"
#include "ops/host.hpp"

namespace realm {

Result<void> check(const NormLinear& op) {
  const int64_t k = op.x.cols();
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, Shape{op.x.rows(), k}));
  const int64_t m = op.rows ? op.rows.cols() : op.x.rows();
  REALM_TRY(expect_optional(op.kName, "rows", op.rows, Format::kI32, Shape{m}));
  REALM_TRY(expect(op.kName, "norm_weight", op.norm_weight, Format::kF32, Shape{k}));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, Shape{m, op.out.cols()}));
  REALM_TRY(expect_weight(op.kName, "weight", op.weight, Shape{op.out.cols(), k}));
  REALM_TRY(expect_optional(op.kName, "bias", op.bias, Format::kF32, Shape{op.out.cols()}));
  REALM_TRY(expect_that(op.kName, op.softcap >= 0, "softcap must not be negative"));
  return expect_no_alias(op.kName, "out", op.out, "x", op.x);
}

void reference(const NormLinear& op, Activations activations) {
  HostTensor picked(Shape{op.out.rows(), op.x.cols()});
  for (int64_t j = 0; j < op.out.rows(); ++j) {
    const int64_t r = op.rows ? op.rows.row<const int32_t>(0)[j] : j;
    std::copy_n(op.x.row<const float>(r), op.x.cols(), picked.view().row<float>(j));
  }
  reference(
      RmsNorm{.x = picked.view(), .weight = op.norm_weight, .out = picked.view(), .eps = op.eps},
      activations);
  reference(Linear{.x = picked.view(), .weight = op.weight, .bias = op.bias, .out = op.out},
            activations);
  if (op.softcap == 0) return;
  for (int64_t j = 0; j < op.out.rows(); ++j) {
    auto* out = op.out.row<float>(j);
    for (int64_t c = 0; c < op.out.cols(); ++c) {
      out[c] = static_cast<float>(op.softcap * std::tanh(double{out[c]} / op.softcap));
    }
  }
}

}  // namespace realm
