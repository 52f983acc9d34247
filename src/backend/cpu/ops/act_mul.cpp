#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const ActMul& op) {
  const auto kernel =
      op.activation == Activation::kSilu ? context.kernels.silu_mul : context.kernels.gelu_tanh_mul;
  for_rows(context.pool, op.gate.rows(), op.gate.cols(), [&](int64_t r) {
    kernel(op.gate.row<const float>(r), op.up.row<const float>(r), op.out.row<float>(r),
           op.gate.cols());
  });
  return {};
}

}  // namespace realm::cpu
