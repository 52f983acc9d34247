#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const Rope& op) {
  const auto kernel = op.pairs == RopePairs::kAdjacent ? context.kernels.rope_adjacent
                                                       : context.kernels.rope_halves;
  for_rows(context.pool, op.x.rows(), op.x.cols(), [&](int64_t r) {
    const auto* x = op.x.row<const float>(r);
    auto* out = op.out.row<float>(r);
    for (int64_t head = 0; head < op.x.cols(); head += op.head_dim) {
      kernel(x + head, op.table.row<const float>(r), out + head, op.table.cols() / 2, op.head_dim);
    }
  });
  return {};
}

}  // namespace realm::cpu
