#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const LayerNorm& op) {
  const float* bias = op.bias ? op.bias.row<const float>(0) : nullptr;
  for_rows(context.pool, op.x.rows(), op.x.cols(), [&](int64_t r) {
    context.kernels.layer_norm(op.x.row<const float>(r), op.weight.row<const float>(0), bias,
                               op.out.row<float>(r), op.x.cols(), op.eps);
  });
  return {};
}

}  // namespace realm::cpu
