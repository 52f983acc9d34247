// The numbers of a decoder, read from a file's metadata and found sensible.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/attention/rope.hpp"

namespace realm {

/// How rotary frequencies are stretched beyond the context that a model was first trained for.
enum class RopeScaling : uint8_t {
  kNone,
  kLinear,  ///< every frequency divided by `factor` (Chen et al., 2023)
  kYarn,    ///< slow frequencies divided, fast ones kept, a ramp between (Peng et al., 2023)
  kLlama3,  ///< the same idea with a ramp over wavelengths (Llama 3.1)
  /// LongRoPE: frequencies divided one by one, by the file's factors for short or for long contexts
  /// (Ding et al., 2024).
  kLongRope,
};

struct RopeConfig {
  int32_t dims = 0;  ///< leading elements of a head that turn: 2 * half
  RopePairs pairs = RopePairs::kAdjacent;
  double base = 10000.0;
  RopeScaling scaling = RopeScaling::kNone;
  double factor = 1.0;            ///< by which the context grows
  int32_t original_context = 0;   ///< tokens before it grew
  double attention_factor = 1.0;  ///< of the turned vectors; multiplies YaRN's own
  double extrapolation = 1.0;     ///< share of the ramp that YaRN applies
  double beta_fast = 32.0;        ///< YaRN: turns over the original context, end of the ramp
  double beta_slow = 1.0;         ///< and its begin
  double low_freq_factor = 1.0;   ///< Llama 3: original_context / wavelength, begin of the ramp
  double high_freq_factor = 4.0;  ///< and its end
};

/// What differs from layer to layer.
struct LayerConfig {
  int32_t window = 0;       ///< positions that attention sees, itself included; 0: all
  bool local_rope = false;  ///< positions turn by Config::local_rope
};

/// Every number is positive and small enough that products of any three fit 63 bits.
struct Config {
  int32_t vocab_size = 0;
  int32_t context_tokens = 0;
  int32_t n_layers = 0;
  int32_t dim = 0;     ///< of the residual stream
  int32_t ff_dim = 0;  ///< of the feed-forward's inside
  int32_t heads = 0;
  int32_t kv_heads = 0;  ///< divides heads
  int32_t head_dim = 0;
  std::vector<LayerConfig> layers{};  ///< [n_layers]
  float attention_scale = 0;
  float attention_softcap = 0;  ///< of scores; 0: none
  float logit_softcap = 0;      ///< 0: none
  float embedding_scale = 1;    ///< of the rows that enter the residual stream
  float norm_eps = 0;
  RopeConfig rope;
  RopeConfig local_rope;  ///< of windowed layers that have their own; dims 0: none do
  /// Longest sequence that this load is for, at most context_tokens: what the loader grants. The
  /// file says nothing of it; LongRoPE's factors are chosen by it.
  int32_t sequence_tokens = 0;
  int32_t token_types = 0;  ///< encoders: rows of the token type embedding
  /// Attention sees ahead and there is no output head: a step holds whole sequences, and what it
  /// leaves is their embeddings.
  bool encoder = false;

  int64_t q_dim() const { return int64_t{heads} * head_dim; }
  int64_t kv_dim() const { return int64_t{kv_heads} * head_dim; }
};

}  // namespace realm
