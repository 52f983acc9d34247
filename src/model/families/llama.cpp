// The llama family: RMS norm before attention and before a gated feed-forward, rotary positions,
// grouped key-value heads. Llama 1 to 3, Mistral, SmolLM, TinyLlama.
#include "model/families/llama.hpp"

#include "backend/device.hpp"
#include "model/families/decoder_weights.hpp"
#include "model/load/decoder_config.hpp"

namespace realm::families {

void llama_declare(WeightBinder& file, const Config& config, Weights& weights) {
  declare_vocabulary(file, config, weights);
  declare_rope(file, config, weights);
  declare_layers(file, config, weights, [](auto& from, const Config& c, const auto& at, auto& L) {
    declare_attention(from, c, at, L);
    declare_gated_ff(from, c, at, L);
  });
}

void llama_layers(Stream& s, const Config& c, const Weights& w, const StepViews& v) {
  s.run(Embed{.tokens = v.tokens, .table = w.embedding, .out = v.hidden});  // [n, dim]
  s.run(RopeTable{.positions = v.batch.positions,
                  .inv_freq = w.rope.inv_freq,
                  .out = v.rope,
                  .magnitude = w.rope.magnitude});  // [n, rope dims]
  for (size_t i = 0; i < w.layers.size(); ++i) {
    const LayerWeights& L = w.layers[i];
    s.run(NormQkvRope{.x = v.hidden,
                      .norm_weight = L.attn_norm,
                      .q_weight = L.q,
                      .q_bias = L.q_bias,
                      .k_weight = L.k,
                      .k_bias = L.k_bias,
                      .v_weight = L.v,
                      .v_bias = L.v_bias,
                      .rope_table = v.rope,
                      .batch = v.batch,
                      .cache = v.cache[i],
                      .q = v.q,
                      .eps = c.norm_eps,
                      .pairs = c.rope.pairs});  // [n, heads * head_dim]
    s.run(Attention{.q = v.q,
                    .batch = v.batch,
                    .cache = v.cache[i],
                    .out = v.mixed,
                    .scale = c.attention_scale,
                    .window = c.layers[i].window});  // [n, heads * head_dim]
    s.run(LinearAdd{.x = v.mixed,
                    .weight = L.o,
                    .bias = L.o_bias,
                    .residual = v.hidden,
                    .out = v.hidden});  // [n, dim]
    s.run(NormGateUp{.x = v.hidden,
                     .norm_weight = L.ffn_norm,
                     .gate_weight = L.gate,
                     .gate_bias = L.gate_bias,
                     .up_weight = L.up,
                     .up_bias = L.up_bias,
                     .out = v.inner,
                     .eps = c.norm_eps});  // [n, ff_dim]
    s.run(LinearAdd{.x = v.inner,
                    .weight = L.down,
                    .bias = L.down_bias,
                    .residual = v.hidden,
                    .out = v.hidden});  // [n, dim]
  }
}

void llama_head(Stream& s, const Config& c, const Weights& w, const HeadViews& v) {
  s.run(NormLinear{.x = v.hidden,
                   .rows = v.rows,
                   .norm_weight = w.output_norm,
                   .weight = w.output,
                   .bias = w.output_bias,
                   .out = v.logits,
                   .eps = c.norm_eps});  // [m, vocab]
}

const Architecture kLlama = {"llama",       RopePairs::kAdjacent, read_decoder_config,
                             llama_declare, llama_layers,         llama_head,
                             kLlamaOps};

}  // namespace realm::families
