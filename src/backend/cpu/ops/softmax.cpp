#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const Softmax& op) {
  for_rows(context.pool, op.x.rows(), op.x.cols(), [&](int64_t r) {
    context.kernels.softmax(op.x.row<const float>(r), op.out.row<float>(r), op.x.cols(), op.scale);
  });
  return {};
}

}  // namespace realm::cpu
