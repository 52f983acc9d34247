// Gemma 2: embeddings scaled by the root of their size, RMS norms before and after attention and
// feed-forward, GELU gates, scores and logits capped by tanh, every other layer windowed. Files
// have the norms' weights with the 1 added.
#include "backend/device.hpp"
#include "model/families/decoder_weights.hpp"
#include "model/families/families.hpp"
#include "model/families/gemma_config.hpp"
#include "ops/op_list.hpp"

namespace realm::families {
namespace {

void declare(WeightBinder& file, const Config& config, Weights& weights) {
  declare_vocabulary(file, config, weights);
  declare_rope(file, config, weights);
  declare_layers(file, config, weights, [](auto& from, const Config& c, const auto& at, auto& L) {
    declare_attention(from, c, at, L);
    declare_gated_ff(from, c, at, L);
    declare_post_norms(from, c, at, L);
  });
}

void layers(Stream& s, const Config& c, const Weights& w, const StepViews& v) {
  s.run(Embed{.tokens = v.tokens,
              .table = w.embedding,
              .out = v.hidden,
              .scale = c.embedding_scale});  // [n, dim]
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
                    .window = c.layers[i].window,
                    .softcap = c.attention_softcap});  // [n, heads * head_dim]
    s.run(LinearNormAdd{.x = v.mixed,
                        .weight = L.o,
                        .bias = L.o_bias,
                        .norm_weight = L.attn_post_norm,
                        .residual = v.hidden,
                        .out = v.hidden,
                        .eps = c.norm_eps});  // [n, dim]
    s.run(NormGateUp{.x = v.hidden,
                     .norm_weight = L.ffn_norm,
                     .gate_weight = L.gate,
                     .gate_bias = L.gate_bias,
                     .up_weight = L.up,
                     .up_bias = L.up_bias,
                     .out = v.inner,
                     .eps = c.norm_eps,
                     .activation = Activation::kGeluTanh});  // [n, ff_dim]
    s.run(LinearNormAdd{.x = v.inner,
                        .weight = L.down,
                        .bias = L.down_bias,
                        .norm_weight = L.ffn_post_norm,
                        .residual = v.hidden,
                        .out = v.hidden,
                        .eps = c.norm_eps});  // [n, dim]
  }
}

void head(Stream& s, const Config& c, const Weights& w, const HeadViews& v) {
  s.run(NormLinear{.x = v.hidden,
                   .rows = v.rows,
                   .norm_weight = w.output_norm,
                   .weight = w.output,
                   .bias = w.output_bias,
                   .out = v.logits,
                   .eps = c.norm_eps,
                   .softcap = c.logit_softcap});  // [m, vocab]
}

constexpr std::string_view kOps[] = {Embed::kName,     RopeTable::kName,     NormQkvRope::kName,
                                     Attention::kName, LinearNormAdd::kName, NormGateUp::kName,
                                     NormLinear::kName};

}  // namespace

const Architecture kGemma2 = {
    "gemma2", RopePairs::kHalves, read_gemma2_config, declare, layers, head, kOps};

}  // namespace realm::families
