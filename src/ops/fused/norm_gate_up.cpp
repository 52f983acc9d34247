#include "ops/fused/norm_gate_up.hpp"

#include "ops/basic/linear.hpp"
#include "ops/basic/rms_norm.hpp"
#include "ops/check.hpp"
#include "ops/host.hpp"

namespace realm {

Result<void> check(const NormGateUp& op) {
  const int64_t k = op.x.cols();
  const int64_t n = op.out.cols();
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, Shape{op.x.rows(), k}));
  REALM_TRY(expect(op.kName, "norm_weight", op.norm_weight, Format::kF32, Shape{k}));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, Shape{op.x.rows(), n}));
  REALM_TRY(expect_weight(op.kName, "gate_weight", op.gate_weight, Shape{n, k}));
  REALM_TRY(expect_weight(op.kName, "up_weight", op.up_weight, Shape{n, k}));
  REALM_TRY(expect_optional(op.kName, "gate_bias", op.gate_bias, Format::kF32, Shape{n}));
  REALM_TRY(expect_optional(op.kName, "up_bias", op.up_bias, Format::kF32, Shape{n}));
  return expect_no_alias(op.kName, "out", op.out, "x", op.x);
}

void reference(const NormGateUp& op, Activations activations) {
  HostTensor normed(op.x.shape);
  HostTensor gate(op.out.shape);
  HostTensor up(op.out.shape);
  reference(RmsNorm{.x = op.x, .weight = op.norm_weight, .out = normed.view(), .eps = op.eps},
            activations);
  reference(
      Linear{
          .x = normed.view(), .weight = op.gate_weight, .bias = op.gate_bias, .out = gate.view()},
      activations);
  reference(
      Linear{.x = normed.view(), .weight = op.up_weight, .bias = op.up_bias, .out = up.view()},
      activations);
  reference(
      ActMul{.gate = gate.view(), .up = up.view(), .out = op.out, .activation = op.activation},
      activations);
}

}  // namespace realm
