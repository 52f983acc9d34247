#include "ops/attention/kv_write.hpp"

#include "ops/attention/cache_format.hpp"
#include "ops/check.hpp"

namespace realm {

Result<void> check(const KvWrite& op) {
  REALM_TRY(expect_cache(op.kName, op.cache));
  const Shape shape{op.k.rows(), static_cast<int64_t>(op.cache.kv_heads) * op.cache.head_dim};
  REALM_TRY(expect(op.kName, "k", op.k, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "v", op.v, Format::kF32, shape));
  return expect_batch(op.kName, op.batch, op.k.rows());
}

CachePlace cache_place(const BatchView& batch, int32_t block_tokens, int64_t sequence,
                       int64_t position) {
  const auto* table = batch.block_tables.row<const int32_t>(sequence);
  return {table[position / block_tokens], position % block_tokens};
}

void reference(const KvWrite& op, Activations) {
  const KvLayer& c = op.cache;
  const auto* positions = op.batch.positions.row<const int32_t>(0);
  const auto* sequences = op.batch.sequences.row<const int32_t>(0);
  for (int64_t i = 0; i < op.k.rows(); ++i) {
    if (sequences[i] < 0) continue;
    const auto [block, token] = cache_place(op.batch, c.block_tokens, sequences[i], positions[i]);
    const auto* k = op.k.row<const float>(i);
    const auto* v = op.v.row<const float>(i);
    for (int64_t h = 0; h < c.kv_heads; ++h) {
      const int64_t at = (h * c.block_tokens + token) * c.head_dim;
      const auto n = static_cast<size_t>(c.head_dim);
      store_cached(c.k.format, c.k.row<void>(block), at, {k + h * c.head_dim, n});
      store_cached(c.v.format, c.v.row<void>(block), at, {v + h * c.head_dim, n});
    }
  }
}

}  // namespace realm
