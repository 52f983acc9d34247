#include "model/families/gemma_config.hpp"

#include <algorithm>
#include <cmath>

#include "model/load/decoder_config.hpp"

namespace realm::families {
namespace {

constexpr double kMostCap = 1e9;

constexpr std::string_view kUnderstands[] = {"attn_logit_softcapping", "final_logit_softcapping",
                                             "attention.sliding_window_pattern",
                                             "rope.freq_base_swa"};

float root_of(int32_t n) { return std::sqrt(static_cast<float>(n)); }

// The scale of scores is a number of the models' configuration (query_pre_attn_scalar) that files
// do not carry: 1 / sqrt(head_dim) but in the 27B models, known by their number of layers, where it
// is 1 / sqrt(dim / heads).
void read_attention_scale(const KeyReader& keys, int32_t layers_of_27b, Config& c) {
  if (keys.has("attention.scale") || c.n_layers != layers_of_27b) return;
  c.attention_scale = 1.0f / root_of(c.dim / c.heads);
}

// Windowed layers turn by their own base, unscaled.
void read_local_rope(KeyReader& keys, double base, Config& c) {
  c.local_rope = RopeConfig{.dims = c.rope.dims, .pairs = c.rope.pairs};
  c.local_rope.base = keys.number_or("rope.freq_base_swa", base, 1.0 + 1e-6, 1e15);
  for (LayerConfig& layer : c.layers) layer.local_rope = layer.window > 0;
}

}  // namespace

Result<Config> read_gemma2_config(const gguf::Metadata& metadata, std::string_view architecture,
                                  RopePairs pairs) {
  KeyReader keys(metadata, architecture);
  Config c = read_decoder_keys(keys, pairs, kUnderstands);
  REALM_TRY(keys.finish());
  c.embedding_scale = root_of(c.dim);
  // Files of the first weeks have none of these four.
  c.attention_softcap =
      static_cast<float>(keys.number_or("attn_logit_softcapping", 50.0, 0.0, kMostCap));
  c.logit_softcap =
      static_cast<float>(keys.number_or("final_logit_softcapping", 30.0, 0.0, kMostCap));
  read_window_pattern(keys, 4096, 2, c);
  read_attention_scale(keys, 46, c);
  keys.require(keys.number_or("rope.freq_base_swa", c.rope.base, 0, HUGE_VAL) == c.rope.base,
               "rope.freq_base_swa", "differs from rope.freq_base", Code::kUnsupported);
  REALM_TRY(keys.finish());
  return c;
}

Result<Config> read_gemma3_config(const gguf::Metadata& metadata, std::string_view architecture,
                                  RopePairs pairs) {
  KeyReader keys(metadata, architecture);
  Config c = read_decoder_keys(keys, pairs, kUnderstands);
  REALM_TRY(keys.finish());
  c.embedding_scale = root_of(c.dim);
  c.attention_softcap =
      static_cast<float>(keys.number_or("attn_logit_softcapping", 0.0, 0.0, kMostCap));
  c.logit_softcap =
      static_cast<float>(keys.number_or("final_logit_softcapping", 0.0, 0.0, kMostCap));
  // Without a window every layer sees everything and turns alike.
  read_window_pattern(keys, 0, 6, c);
  const bool windows = std::any_of(c.layers.begin(), c.layers.end(),
                                   [](const LayerConfig& layer) { return layer.window > 0; });
  if (windows) read_local_rope(keys, 10000.0, c);
  read_attention_scale(keys, 62, c);
  REALM_TRY(keys.finish());
  return c;
}

}  // namespace realm::families
