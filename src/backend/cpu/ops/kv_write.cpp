#include "backend/cpu/ops/cache_layout.hpp"
#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const KvWrite& op) {
  const KvLayer& cache = op.cache;
  const auto* positions = op.batch.positions.row<const int32_t>(0);
  const auto* sequences = op.batch.sequences.row<const int32_t>(0);
  for_rows(context.pool, op.k.rows(), 2 * op.k.cols(), [&](int64_t r) {
    if (sequences[r] < 0) return;
    const auto place = cache_place(op.batch, cache.block_tokens, sequences[r], positions[r]);
    for (int64_t h = 0; h < cache.kv_heads; ++h) {
      write_head(context.kernels, cache, place, h, op.k.row<const float>(r) + h * cache.head_dim,
                 op.v.row<const float>(r) + h * cache.head_dim);
    }
  });
  return {};
}

}  // namespace realm::cpu
