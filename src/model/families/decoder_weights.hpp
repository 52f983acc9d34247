// Names and shapes of the tensors that most decoders have in a GGUF file, a piece each; a family
// declares the pieces that it is made of and what it has beyond them.
#pragma once

#include <string>

#include "model/config.hpp"
#include "model/load/weight_binder.hpp"
#include "model/weights.hpp"

namespace realm {

/// token_embd, output (the embedding itself where the file has none) and output_norm.
void declare_vocabulary(WeightBinder& file, const Config& c, Weights& w);
/// The frequencies of c.rope, divided by rope_freqs.weight or by LongRoPE's factors where the file
/// has them, and those of c.local_rope.
void declare_rope(WeightBinder& file, const Config& c, Weights& w);
/// attn_norm, attn_q, attn_k, attn_v, attn_output of the layer whose names begin with `at`.
void declare_attention(WeightBinder& file, const Config& c, const std::string& at, LayerWeights& L);
/// attn_q_norm and attn_k_norm: RMS norms of each head.
void declare_head_norms(WeightBinder& file, const Config& c, const std::string& at,
                        LayerWeights& L);
/// ffn_norm, ffn_gate, ffn_up, ffn_down.
void declare_gated_ff(WeightBinder& file, const Config& c, const std::string& at, LayerWeights& L);
/// post_attention_norm and post_ffw_norm: RMS norms of what goes back into the residual stream.
void declare_post_norms(WeightBinder& file, const Config& c, const std::string& at,
                        LayerWeights& L);

/// Calls layer(file, c, "blk.<i>.", w.layers[i]) for every layer of the config.
template <class Layer>
void declare_layers(WeightBinder& file, const Config& c, Weights& w, const Layer& layer) {
  w.layers.resize(static_cast<size_t>(c.n_layers));
  for (size_t i = 0; i < w.layers.size(); ++i) {
    layer(file, c, "blk." + std::to_string(i) + ".", w.layers[i]);
  }
}

}  // namespace realm
