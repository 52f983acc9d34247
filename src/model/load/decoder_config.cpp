#include "model/load/decoder_config.hpp"

#include <algorithm>
#include <cmath>

#include "base/str.hpp"

namespace realm {
namespace {

// Far beyond any model, and small enough that products of two sizes fit 63 bits with room.
constexpr int32_t kMostLayers = 4096;
constexpr int32_t kMostWidth = 1 << 20;
constexpr int32_t kMostTokens = 1 << 28;
constexpr double kMostFactor = 1e6;

// Keys by which relatives of llama change the result; a decoder that ignored them would answer
// wrong.
constexpr std::string_view kNotHere[] = {
    "expert_count",
    "embedding_scale",
    "residual_scale",
    "logit_scale",
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "attention.clamp_kqv",
    "attention.max_alibi_bias",
    "attention.sliding_window_pattern",
    "attention.temperature_scale",
    "rope.scaling.yarn_log_multiplier",
    "rope.freq_base_swa",
};

void refuse_strangers(KeyReader& keys, std::span<const std::string_view> understands) {
  for (const std::string_view name : kNotHere) {
    if (std::find(understands.begin(), understands.end(), name) != understands.end()) continue;
    if (!keys.has(name)) continue;
    const double value = keys.number(name, -HUGE_VAL, HUGE_VAL);
    keys.require(value == 0, name, str(value, " asks for what this build does not do"),
                 Code::kUnsupported);
  }
  keys.require(keys.flag_or("attention.causal", true), "attention.causal",
               "attention that looks ahead is not supported", Code::kUnsupported);
}

RopeScaling scaling_of(KeyReader& keys) {
  // Files older than the key meant linear, with the factor inverted under another name.
  const std::string name = keys.text_or("rope.scaling.type", "linear");
  if (name == "none") return RopeScaling::kNone;
  if (name == "linear") return RopeScaling::kLinear;
  if (name == "yarn") return RopeScaling::kYarn;
  if (name == "llama3") return RopeScaling::kLlama3;
  if (name == "longrope") return RopeScaling::kLongRope;
  keys.require(
      false, "rope.scaling.type",
      str("\"", gguf::printable(name), "\" is not one of none, linear, yarn, llama3, longrope"),
      Code::kUnsupported);
  return RopeScaling::kNone;
}

RopeConfig read_rope(KeyReader& keys, const Config& config, RopePairs pairs) {
  RopeConfig rope;
  rope.pairs = pairs;
  rope.dims = keys.integer_or("rope.dimension_count", config.head_dim, 2, config.head_dim);
  keys.require(rope.dims % 2 == 0, "rope.dimension_count", str(rope.dims, " is odd"));
  rope.base = keys.number_or("rope.freq_base", 10000.0, 1.0 + 1e-6, 1e15);
  rope.attention_factor = keys.number_or("rope.scaling.attn_factor", 1.0, 1e-3, 1e3) *
                          keys.number_or("rope.scaling.yarn_attn_factor", 1.0, 1e-3, 1e3);
  rope.scaling = scaling_of(keys);
  rope.original_context = keys.integer_or("rope.scaling.original_context_length",
                                          config.context_tokens, 1, kMostTokens);
  const double old_factor =
      keys.number_or("rope.scale_linear", 1.0, 1.0 / kMostFactor, kMostFactor);
  switch (rope.scaling) {
    case RopeScaling::kNone:
    case RopeScaling::kLongRope:
      break;
    case RopeScaling::kLinear:
      rope.factor =
          keys.number_or("rope.scaling.factor", old_factor, 1.0 / kMostFactor, kMostFactor);
      break;
    case RopeScaling::kYarn:
    case RopeScaling::kLlama3:
      rope.factor = keys.number("rope.scaling.factor", 1.0, kMostFactor);
      break;
  }
  rope.extrapolation = keys.number_or("rope.scaling.yarn_ext_factor", 1.0, 0.0, 1.0);
  rope.beta_fast = keys.number_or("rope.scaling.yarn_beta_fast", 32.0, 1e-3, kMostFactor);
  rope.beta_slow = keys.number_or("rope.scaling.yarn_beta_slow", 1.0, 1e-3, kMostFactor);
  keys.require(rope.beta_slow <= rope.beta_fast, "rope.scaling.yarn_beta_slow",
               "larger than yarn_beta_fast");
  rope.low_freq_factor = keys.number_or("rope.scaling.low_freq_factor", 1.0, 1e-3, kMostFactor);
  rope.high_freq_factor = keys.number_or("rope.scaling.high_freq_factor", 4.0, 1e-3, kMostFactor);
  keys.require(rope.low_freq_factor < rope.high_freq_factor, "rope.scaling.low_freq_factor",
               "not smaller than high_freq_factor");
  return rope;
}

}  // namespace

Config read_decoder_keys(KeyReader& keys, RopePairs pairs,
                         std::span<const std::string_view> understands) {
  Config c;
  c.context_tokens = keys.integer("context_length", 1, kMostTokens);
  c.n_layers = keys.integer("block_count", 1, kMostLayers);
  c.dim = keys.integer("embedding_length", 1, kMostWidth);
  c.ff_dim = keys.integer("feed_forward_length", 1, kMostWidth);
  c.heads = keys.integer("attention.head_count", 1, kMostWidth);
  c.kv_heads = keys.integer_or("attention.head_count_kv", c.heads, 1, kMostWidth);
  keys.require(c.heads % c.kv_heads == 0, "attention.head_count_kv",
               str(c.kv_heads, " does not divide ", c.heads, " heads"));
  if (!keys.has("attention.key_length")) {
    keys.require(c.dim % c.heads == 0, "attention.head_count",
                 str(c.heads, " does not divide an embedding of ", c.dim));
  }
  c.head_dim = keys.integer_or("attention.key_length", c.dim / c.heads, 2, 1 << 14);
  const int32_t value_dim = keys.integer_or("attention.value_length", c.head_dim, 1, kMostWidth);
  keys.require(value_dim == c.head_dim, "attention.value_length",
               str(value_dim, " differs from attention.key_length ", c.head_dim),
               Code::kUnsupported);
  keys.require(c.head_dim >= 2 && c.q_dim() <= kMostWidth, "attention.head_count",
               str(c.heads, " heads of ", c.head_dim, " are not a sensible size"));
  const int32_t window = keys.integer_or("attention.sliding_window", 0, 0, kMostTokens);
  c.norm_eps = static_cast<float>(keys.number("attention.layer_norm_rms_epsilon", 0.0, 1.0));
  c.attention_scale = static_cast<float>(keys.number_or(
      "attention.scale", 1.0 / std::sqrt(static_cast<double>(c.head_dim)), 1e-9, 1e9));
  if (!keys.finish()) return c;  // below, head_dim bounds another key
  c.layers.assign(static_cast<size_t>(c.n_layers), {.window = window});
  c.rope = read_rope(keys, c, pairs);
  refuse_strangers(keys, understands);
  return c;
}

void read_window_pattern(KeyReader& keys, int32_t fallback, int32_t period, Config& c) {
  constexpr std::string_view kPattern = "attention.sliding_window_pattern";
  const int32_t window = keys.integer_or("attention.sliding_window", fallback, 0, kMostTokens);
  const std::vector<bool> windowed = keys.flags_or_empty(kPattern);
  if (windowed.empty()) {
    period = keys.integer_or(kPattern, period, 0, kMostLayers);
  } else {
    keys.require(windowed.size() >= c.layers.size(), kPattern,
                 str(windowed.size(), " layers, expected ", c.n_layers));
  }
  if (!keys.finish()) return;
  for (size_t i = 0; i < c.layers.size(); ++i) {
    const auto p = static_cast<size_t>(period);
    const bool local = windowed.empty() ? p == 0 || i % p != p - 1 : windowed[i];
    c.layers[i].window = local ? window : 0;
  }
}

Result<Config> read_decoder_config(const gguf::Metadata& metadata, std::string_view architecture,
                                   RopePairs pairs) {
  KeyReader keys(metadata, architecture);
  Config c = read_decoder_keys(keys, pairs);
  REALM_TRY(keys.finish());
  return c;
}

}  // namespace realm
