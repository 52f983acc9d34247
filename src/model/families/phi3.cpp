// Phi 3 and 4 (dense): llama's passes with queries, keys and values in one tensor, gate and up in
// another, rotary positions on a part of each head, LongRoPE and a sliding window. The fused
// tensors are split by rows when they are read; nothing is left of the fusion afterwards.
#include "model/families/decoder_weights.hpp"
#include "model/families/llama.hpp"
#include "model/load/decoder_config.hpp"

namespace realm::families {
namespace {

void declare_qkv(WeightBinder& file, const Config& c, const std::string& at, LayerWeights& L) {
  const std::string qkv = at + "attn_qkv.weight";
  const int64_t all = c.q_dim() + 2 * c.kv_dim();
  file.vector(L.attn_norm, at + "attn_norm.weight", c.dim);
  file.matrix_rows(L.q, qkv, all, 0, c.q_dim(), c.dim);
  file.matrix_rows(L.k, qkv, all, c.q_dim(), c.kv_dim(), c.dim);
  file.matrix_rows(L.v, qkv, all, c.q_dim() + c.kv_dim(), c.kv_dim(), c.dim);
  file.matrix({&L.o}, at + "attn_output.weight", c.dim, c.q_dim());
}

// The gate stands first.
void declare_gate_up(WeightBinder& file, const Config& c, const std::string& at, LayerWeights& L) {
  const std::string up = at + "ffn_up.weight";
  const int64_t all = 2 * int64_t{c.ff_dim};
  file.vector(L.ffn_norm, at + "ffn_norm.weight", c.dim);
  file.matrix_rows(L.gate, up, all, 0, c.ff_dim, c.dim);
  file.matrix_rows(L.up, up, all, c.ff_dim, c.ff_dim, c.dim);
  file.matrix({&L.down}, at + "ffn_down.weight", c.dim, c.ff_dim);
}

void declare(WeightBinder& file, const Config& config, Weights& weights) {
  declare_vocabulary(file, config, weights);
  declare_rope(file, config, weights);
  declare_layers(file, config, weights, [](auto& from, const Config& c, const auto& at, auto& L) {
    declare_qkv(from, c, at, L);
    declare_gate_up(from, c, at, L);
  });
}

}  // namespace

const Architecture kPhi3 = {
    "phi3", RopePairs::kHalves, read_decoder_config, declare, llama_layers, llama_head, kLlamaOps};

}  // namespace realm::families
