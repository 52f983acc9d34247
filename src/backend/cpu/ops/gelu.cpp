#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const Gelu& op) {
  const auto kernel =
      op.form == GeluForm::kErf ? context.kernels.gelu_erf : context.kernels.gelu_tanh;
  for_rows(context.pool, op.x.rows(), op.x.cols(),
           [&](int64_t r) { kernel(op.x.row<const float>(r), op.out.row<float>(r), op.x.cols()); });
  return {};
}

}  // namespace realm::cpu
