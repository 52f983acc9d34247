#include "backend/cpu/ops/cache_layout.hpp"
#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

// The products, then one loop over rows that norms heads, turns queries and keys and appends to the
// cache.
Result<void> run(const OpContext& context, const NormQkvRope& op) {
  const KvLayer& cache = op.cache;
  const int64_t n = op.x.rows();
  const int64_t width = int64_t{cache.kv_heads} * cache.head_dim;
  REALM_ASSIGN(std::byte* const scratch,
               context.scratch.take(static_cast<size_t>(2 * n * width) * sizeof(float)));
  float* const k = reinterpret_cast<float*>(scratch);
  float* const v = k + n * width;
  REALM_TRY(run_qkv(context.linear(), op, k, v));

  const auto turn = op.pairs == RopePairs::kAdjacent ? context.kernels.rope_adjacent
                                                     : context.kernels.rope_halves;
  const int64_t half = op.rope_table.cols() / 2;
  const int64_t d = cache.head_dim;
  const auto norm = [&](float* head, const TensorView& weight) {
    if (weight) context.kernels.rms_norm(head, weight.row<const float>(0), head, d, op.eps);
  };
  const auto* positions = op.batch.positions.row<const int32_t>(0);
  const auto* sequences = op.batch.sequences.row<const int32_t>(0);
  for_rows(context.pool, n, op.q.cols() + 2 * width, [&](int64_t r) {
    const auto* table = op.rope_table.row<const float>(r);
    auto* q = op.q.row<float>(r);
    for (int64_t head = 0; head < op.q.cols(); head += d) {
      norm(q + head, op.q_norm);
      turn(q + head, table, q + head, half, d);
    }
    if (sequences[r] < 0) return;
    const auto place = cache_place(op.batch, cache.block_tokens, sequences[r], positions[r]);
    for (int64_t h = 0; h < cache.kv_heads; ++h) {
      float* key = k + r * width + h * d;
      norm(key, op.k_norm);
      turn(key, table, key, half, d);
      write_head(context.kernels, cache, place, h, key, v + r * width + h * d);
    }
  });
  return {};
}

}  // namespace realm::cpu
