// BERT (Devlin et al., 2019): an encoder. Learned positions and token types, attention in both
// directions, layer norm behind every sum, a plain feed-forward with exact GELU. Its last layer's
// rows are what embeddings are pooled from; there is no head.
#include <cmath>

#include "backend/device.hpp"
#include "base/str.hpp"
#include "model/families/families.hpp"
#include "model/load/key_reader.hpp"
#include "model/load/weight_binder.hpp"
#include "ops/op_list.hpp"

namespace realm::families {
namespace {

Result<Config> read_config(const gguf::Metadata& metadata, std::string_view architecture,
                           RopePairs) {
  constexpr int32_t kMostLayers = 4096;
  constexpr int32_t kMostWidth = 1 << 20;
  constexpr int32_t kMostTokens = 1 << 20;
  KeyReader keys(metadata, architecture);
  Config c;
  c.encoder = true;
  c.context_tokens = keys.integer("context_length", 1, kMostTokens);
  c.n_layers = keys.integer("block_count", 1, kMostLayers);
  c.dim = keys.integer("embedding_length", 1, kMostWidth);
  c.ff_dim = keys.integer("feed_forward_length", 1, kMostWidth);
  c.heads = keys.integer("attention.head_count", 1, kMostWidth);
  keys.require(c.dim % c.heads == 0, "attention.head_count",
               str(c.heads, " does not divide an embedding of ", c.dim));
  const int32_t kv_heads = keys.integer_or("attention.head_count_kv", c.heads, 1, kMostWidth);
  keys.require(kv_heads == c.heads, "attention.head_count_kv",
               str(kv_heads, " differs from ", c.heads, " heads"), Code::kUnsupported);
  keys.require(!keys.flag_or("attention.causal", false), "attention.causal",
               "an encoder that does not look ahead is not supported", Code::kUnsupported);
  c.kv_heads = c.heads;
  c.head_dim = c.dim / c.heads;
  c.norm_eps = static_cast<float>(keys.number("attention.layer_norm_epsilon", 0.0, 1.0));
  c.attention_scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(c.head_dim)));
  REALM_TRY(keys.finish());
  c.layers.resize(static_cast<size_t>(c.n_layers));
  KeyReader vocabulary(metadata, "tokenizer.ggml");
  c.token_types = vocabulary.integer_or("token_type_count", 0, 0, 1 << 16);
  REALM_TRY(vocabulary.finish());
  return c;
}

void declare_norm(WeightBinder& file, const std::string& name, int64_t n, TensorView& weight,
                  TensorView& bias) {
  file.vector(weight, name + ".weight", n);
  file.vector(bias, name + ".bias", n);
}

void declare_linear(WeightBinder& file, const std::string& name, int64_t rows, int64_t cols,
                    TensorView& weight, TensorView& bias) {
  file.matrix({&weight}, name + ".weight", rows, cols);
  file.optional_vector(bias, name + ".bias", rows);
}

void declare(WeightBinder& file, const Config& c, Weights& w) {
  const WeightUse table = WeightUse::kEmbedding;
  file.matrix({&w.embedding}, "token_embd.weight", c.vocab_size, c.dim, table);
  file.matrix({&w.position_embedding}, "position_embd.weight", c.context_tokens, c.dim, table);
  if (c.token_types > 0) {
    file.matrix({&w.type_embedding}, "token_types.weight", c.token_types, c.dim, table);
  }
  declare_norm(file, "token_embd_norm", c.dim, w.embedding_norm, w.embedding_norm_bias);
  w.layers.resize(static_cast<size_t>(c.n_layers));
  for (size_t i = 0; i < w.layers.size(); ++i) {
    LayerWeights& L = w.layers[i];
    const std::string at = str("blk.", i, ".");
    declare_linear(file, at + "attn_q", c.dim, c.dim, L.q, L.q_bias);
    declare_linear(file, at + "attn_k", c.dim, c.dim, L.k, L.k_bias);
    declare_linear(file, at + "attn_v", c.dim, c.dim, L.v, L.v_bias);
    declare_linear(file, at + "attn_output", c.dim, c.dim, L.o, L.o_bias);
    declare_norm(file, at + "attn_output_norm", c.dim, L.attn_sum_norm, L.attn_sum_norm_bias);
    declare_linear(file, at + "ffn_up", c.ff_dim, c.dim, L.up, L.up_bias);
    declare_linear(file, at + "ffn_down", c.dim, c.ff_dim, L.down, L.down_bias);
    declare_norm(file, at + "layer_output_norm", c.dim, L.ffn_sum_norm, L.ffn_sum_norm_bias);
  }
}

void norm(Stream& s, const Config& c, const TensorView& x, const TensorView& weight,
          const TensorView& bias) {
  s.run(LayerNorm{.x = x, .weight = weight, .bias = bias, .out = x, .eps = c.norm_eps});
}

void embed(Stream& s, const Config& c, const Weights& w, const StepViews& v) {
  s.run(Embed{.tokens = v.tokens, .table = w.embedding, .out = v.hidden});  // [n, dim]
  s.run(Embed{.tokens = v.batch.positions, .table = w.position_embedding, .out = v.mixed});
  s.run(Add{.a = v.hidden, .b = v.mixed, .out = v.hidden});
  if (w.type_embedding) {
    s.run(Embed{.tokens = v.types, .table = w.type_embedding, .out = v.mixed});
    s.run(Add{.a = v.hidden, .b = v.mixed, .out = v.hidden});
  }
  norm(s, c, v.hidden, w.embedding_norm, w.embedding_norm_bias);
}

void layers(Stream& s, const Config& c, const Weights& w, const StepViews& v) {
  embed(s, c, w, v);
  for (size_t i = 0; i < w.layers.size(); ++i) {
    const LayerWeights& L = w.layers[i];
    s.run(Linear{.x = v.hidden, .weight = L.q, .bias = L.q_bias, .out = v.q});  // [n, dim]
    s.run(Linear{.x = v.hidden, .weight = L.k, .bias = L.k_bias, .out = v.k});  // [n, dim]
    s.run(Linear{.x = v.hidden, .weight = L.v, .bias = L.v_bias, .out = v.v});  // [n, dim]
    s.run(KvWrite{.k = v.k, .v = v.v, .batch = v.batch, .cache = v.cache[i]});
    s.run(Attention{.q = v.q,
                    .batch = v.batch,
                    .lengths = v.lengths,
                    .cache = v.cache[i],
                    .out = v.mixed,
                    .scale = c.attention_scale});  // [n, dim]
    s.run(LinearAdd{.x = v.mixed,
                    .weight = L.o,
                    .bias = L.o_bias,
                    .residual = v.hidden,
                    .out = v.hidden});  // [n, dim]
    norm(s, c, v.hidden, L.attn_sum_norm, L.attn_sum_norm_bias);
    s.run(Linear{.x = v.hidden, .weight = L.up, .bias = L.up_bias, .out = v.inner});
    s.run(Gelu{.x = v.inner, .out = v.inner});  // [n, ff_dim]
    s.run(LinearAdd{.x = v.inner,
                    .weight = L.down,
                    .bias = L.down_bias,
                    .residual = v.hidden,
                    .out = v.hidden});  // [n, dim]
    norm(s, c, v.hidden, L.ffn_sum_norm, L.ffn_sum_norm_bias);
  }
}

constexpr std::string_view kOps[] = {Embed::kName,  Add::kName,      LayerNorm::kName,
                                     Linear::kName, KvWrite::kName,  Attention::kName,
                                     Gelu::kName,   LinearAdd::kName};

}  // namespace

const Architecture kBert = {"bert", RopePairs::kAdjacent, read_config, declare, layers, nullptr,
                            kOps};

}  // namespace realm::families
