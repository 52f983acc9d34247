// Appends the keys and values of a batch to their pages, rounded to the cache's format.
// A padding row (sequence -1) is not written. Two rows never name the same place.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct KvWrite {
  static constexpr std::string_view kName = "kv_write";
  TensorView k;  // [n, kv_heads * head_dim] F32, position already turned in
  TensorView v;  // [n, kv_heads * head_dim] F32
  BatchView batch;
  KvLayer cache;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("k", Role::kInput, op.k);
    f("v", Role::kInput, op.v);
    f("positions", Role::kInput, op.batch.positions);
    f("sequences", Role::kInput, op.batch.sequences);
    f("block_tables", Role::kInput, op.batch.block_tables);
    f("cache", op.cache);
  }
};

Result<void> check(const KvWrite& op);
/// The reference's own page: k and v [kv_heads][block_tokens][head_dim].
void reference(const KvWrite& op, Activations activations);

/// Page and token-in-page of `position`, by row `sequence` of the block tables.
struct CachePlace {
  int64_t block;
  int64_t token;
};
CachePlace cache_place(const BatchView& batch, int32_t block_tokens, int64_t sequence,
                       int64_t position);

}  // namespace realm
