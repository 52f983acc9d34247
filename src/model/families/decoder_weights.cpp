#include "model/families/decoder_weights.hpp"

#include "model/rope_frequencies.hpp"

namespace realm {

void declare_vocabulary(WeightBinder& file, const Config& c, Weights& w) {
  if (file.has("output.weight")) {
    file.matrix({&w.embedding}, "token_embd.weight", c.vocab_size, c.dim, WeightUse::kEmbedding);
    file.matrix({&w.output}, "output.weight", c.vocab_size, c.dim);
  } else {
    file.matrix({&w.embedding, &w.output}, "token_embd.weight", c.vocab_size, c.dim,
                WeightUse::kBoth);
  }
  file.optional_vector(w.output_bias, "output.bias", c.vocab_size);
  file.vector(w.output_norm, "output_norm.weight", c.dim);
}

namespace {

// LongRoPE's factors for sequences that fit the original context, or for longer ones. A sequence
// that outgrows the original context while it is written cannot change over: its keys are turned
// already. So the load decides, by the longest sequence that it is for.
std::vector<float> rope_divisors(WeightBinder& file, const Config& c) {
  const std::string short_name = "rope_factors_short.weight";
  const std::string long_name = "rope_factors_long.weight";
  const bool is_there = file.has(short_name) || file.has(long_name);
  if (!is_there && c.rope.scaling != RopeScaling::kLongRope) {
    return file.optional_positive("rope_freqs.weight", c.rope.dims / 2);
  }
  const bool is_long = c.sequence_tokens > c.rope.original_context;
  file.ignore(is_long ? short_name : long_name);
  return file.positive(is_long ? long_name : short_name, c.rope.dims / 2);
}

}  // namespace

void declare_rope(WeightBinder& file, const Config& c, Weights& w) {
  RopeFrequencies rope = rope_frequencies(c.rope, rope_divisors(file, c));
  w.rope = {.inv_freq = {}, .magnitude = rope.magnitude};
  file.constant(w.rope.inv_freq, std::move(rope.inv_freq));
  if (c.local_rope.dims == 0) return;
  RopeFrequencies local = rope_frequencies(c.local_rope, {});
  w.local_rope = {.inv_freq = {}, .magnitude = local.magnitude};
  file.constant(w.local_rope.inv_freq, std::move(local.inv_freq));
}

void declare_attention(WeightBinder& file, const Config& c, const std::string& at,
                       LayerWeights& L) {
  file.vector(L.attn_norm, at + "attn_norm.weight", c.dim);
  file.matrix({&L.q}, at + "attn_q.weight", c.q_dim(), c.dim);
  file.optional_vector(L.q_bias, at + "attn_q.bias", c.q_dim());
  file.matrix({&L.k}, at + "attn_k.weight", c.kv_dim(), c.dim);
  file.optional_vector(L.k_bias, at + "attn_k.bias", c.kv_dim());
  file.matrix({&L.v}, at + "attn_v.weight", c.kv_dim(), c.dim);
  file.optional_vector(L.v_bias, at + "attn_v.bias", c.kv_dim());
  file.matrix({&L.o}, at + "attn_output.weight", c.dim, c.q_dim());
  file.optional_vector(L.o_bias, at + "attn_output.bias", c.dim);
  // Frequencies that old converters kept a layer; the metadata says the same.
  file.ignore(at + "attn_rot_embd.weight");
}

void declare_head_norms(WeightBinder& file, const Config& c, const std::string& at,
                        LayerWeights& L) {
  file.vector(L.q_norm, at + "attn_q_norm.weight", c.head_dim);
  file.vector(L.k_norm, at + "attn_k_norm.weight", c.head_dim);
}

void declare_gated_ff(WeightBinder& file, const Config& c, const std::string& at, LayerWeights& L) {
  file.vector(L.ffn_norm, at + "ffn_norm.weight", c.dim);
  file.matrix({&L.gate}, at + "ffn_gate.weight", c.ff_dim, c.dim);
  file.optional_vector(L.gate_bias, at + "ffn_gate.bias", c.ff_dim);
  file.matrix({&L.up}, at + "ffn_up.weight", c.ff_dim, c.dim);
  file.optional_vector(L.up_bias, at + "ffn_up.bias", c.ff_dim);
  file.matrix({&L.down}, at + "ffn_down.weight", c.dim, c.ff_dim);
  file.optional_vector(L.down_bias, at + "ffn_down.bias", c.dim);
}

void declare_post_norms(WeightBinder& file, const Config& c, const std::string& at,
                        LayerWeights& L) {
  file.vector(L.attn_post_norm, at + "post_attention_norm.weight", c.dim);
  file.vector(L.ffn_post_norm, at + "post_ffw_norm.weight", c.dim);
}

}  // namespace realm
