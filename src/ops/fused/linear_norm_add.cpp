#include "ops/fused/linear_norm_add.hpp"

#include "ops/basic/add.hpp"
#include "ops/basic/linear.hpp"
#include "ops/basic/rms_norm.hpp"
#include "ops/check.hpp"
#include "ops/host.hpp"

namespace realm {

Result<void> check(const LinearNormAdd& op) {
  const Linear product{.x = op.x, .weight = op.weight, .bias = op.bias, .out = op.out};
  if (auto ok = check(product); !ok) return std::move(ok).error().in(std::string(op.kName));
  REALM_TRY(expect(op.kName, "norm_weight", op.norm_weight, Format::kF32, Shape{op.out.cols()}));
  REALM_TRY(expect(op.kName, "residual", op.residual, Format::kF32, op.out.shape));
  REALM_TRY(expect_no_alias(op.kName, "out", op.out, "norm_weight", op.norm_weight));
  return expect_no_alias(op.kName, "out", op.out, "residual", op.residual, true);
}

void reference(const LinearNormAdd& op, Activations activations) {
  HostTensor product(op.out.shape);
  reference(Linear{.x = op.x, .weight = op.weight, .bias = op.bias, .out = product.view()},
            activations);
  reference(
      RmsNorm{.x = product.view(), .weight = op.norm_weight, .out = product.view(), .eps = op.eps},
      activations);
  reference(Add{.a = op.residual, .b = product.view(), .out = op.out}, activations);
}

}  // namespace realm
