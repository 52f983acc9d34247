// The weights of a decoder, by name. Views only; WeightStore owns the memory.
#pragma once

#include <memory>
#include <vector>

#include "tensor/tensor.hpp"

namespace realm {

/// One layer. What a family does not have is absent; so are biases in most models.
struct LayerWeights {
  TensorView attn_norm;  // [dim]
  TensorView q;          // [heads * head_dim, dim]
  TensorView q_bias;
  TensorView k;  // [kv_heads * head_dim, dim]
  TensorView k_bias;
  TensorView v;  // [kv_heads * head_dim, dim]
  TensorView v_bias;
  TensorView o;  // [dim, heads * head_dim]
  TensorView o_bias;
  TensorView q_norm;          // [head_dim]: RMS norm of every query head
  TensorView k_norm;          // [head_dim]
  TensorView attn_post_norm;  // [dim]: of what attention adds to the residual stream
  TensorView ffn_post_norm;   // [dim]: of what the feed-forward adds
  TensorView ffn_norm;        // [dim]
  TensorView gate;            // [ff_dim, dim]
  TensorView gate_bias;
  TensorView up;  // [ff_dim, dim]
  TensorView up_bias;
  TensorView down;  // [dim, ff_dim]
  TensorView down_bias;
  // Encoders that norm after adding: of the sum behind attention, and behind the feed-forward.
  TensorView attn_sum_norm;  // [dim]
  TensorView attn_sum_norm_bias;
  TensorView ffn_sum_norm;  // [dim]
  TensorView ffn_sum_norm_bias;
};

/// What RopeTable multiplies positions with.
struct RopeWeights {
  TensorView inv_freq;  // [rope dims / 2]
  float magnitude = 1.0f;
};

struct Weights {
  TensorView embedding;    // [vocab, dim]
  TensorView output_norm;  // [dim]
  TensorView output;       // [vocab, dim]; the embedding itself where the file ties them
  TensorView output_bias;
  RopeWeights rope;
  RopeWeights local_rope;  // where the config has one
  // Encoders: learned positions, and which of a pair of texts a token is of.
  TensorView position_embedding;  // [context_tokens, dim]
  TensorView type_embedding;      // [token types, dim]
  TensorView embedding_norm;      // [dim]
  TensorView embedding_norm_bias;
  std::vector<LayerWeights> layers;
};

}  // namespace realm
