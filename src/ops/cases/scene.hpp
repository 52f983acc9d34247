// A scene of sequences over shuffled pages: what the cases of kv_write, attention and
// norm_qkv_rope stand on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ops/cases/case.hpp"

namespace realm {

/// `count` rows of a batch: positions first, first + 1, ... of a sequence; sequence -1: padding.
struct Chunk {
  int32_t sequence;
  int32_t first;
  int32_t count;
};

struct SceneSpec {
  Format format = Format::kF32;
  int32_t kv_heads = 1;
  int32_t group = 1;
  int32_t head_dim = 64;
  int32_t block_tokens = 16;
  std::vector<int32_t> lengths;  ///< tokens of each sequence
  std::vector<Chunk> chunks;     ///< the batch, in order
  int32_t window = 0;
  bool ahead = false;  ///< attention of the batch sees what follows too
  float softcap = 0;
  float query_size = 1;  ///< standard deviation of queries
};

class Scene {
 public:
  Scene(Arena& arena, const SceneSpec& spec);

  const KvLayer& cache() const { return cache_; }
  const BatchView& batch() const { return batch_; }
  int64_t n() const { return batch_.positions.cols(); }
  int64_t kv_width() const { return int64_t{spec_.kv_heads} * spec_.head_dim; }
  int64_t q_width() const { return kv_width() * spec_.group; }

  /// Writes every position of every sequence, rows shuffled, positions that the batch has left out
  /// if `but_batch`.
  KvWrite fill(bool but_batch);
  /// An attention of the batch with queries of its own; keys and values as they lie there then.
  Attention attention(int32_t window, float softcap, float query_size, int64_t pad = 0);

  /// The same scene with positions moved back by one (or halved), and the first two sequences'
  /// pages and lengths exchanged: other contents for a replay.
  void move(bool halve);

  std::string label() const;

 private:
  Arena& arena_;
  SceneSpec spec_;
  KvLayer cache_;
  BatchView batch_;
  TensorView lengths_;  // where the spec looks ahead
};

}  // namespace realm
