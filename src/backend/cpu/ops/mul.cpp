#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const Mul& op) {
  for_rows(context.pool, op.a.rows(), op.a.cols(), [&](int64_t r) {
    context.kernels.mul(op.a.row<const float>(r), op.b.row<const float>(r), op.out.row<float>(r),
                        op.a.cols());
  });
  return {};
}

}  // namespace realm::cpu
