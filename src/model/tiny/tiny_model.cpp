#include "model/tiny/tiny_model.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "formats/decode.hpp"
#include "formats/encode.hpp"
#include "gguf/writer.hpp"

namespace realm::tiny {
namespace {

struct Wanted {
  std::string name;
  Shape shape;
  Format format = Format::kF32;
  double spread = 1;  // standard deviation
  double middle = 0;
};

// Spreads keep every vector near unit size and the logits apart: a random model whose answers
// depend on all of its weights.
std::vector<Wanted> tensors_of(const Spec& s) {
  std::vector<Wanted> out;
  const int64_t q = int64_t{s.heads} * s.head_dim;
  const int64_t kv = int64_t{s.kv_heads} * s.head_dim;
  const auto matrix = [&](const std::string& name, int64_t rows, int64_t cols, bool biased) {
    out.push_back({name + ".weight", {rows, cols}, s.format, 1 / std::sqrt(double(cols)), 0});
    if (biased && s.biases) out.push_back({name + ".bias", {rows}, Format::kF32, 0.3, 0});
  };
  const auto norm = [&](const std::string& name) {
    out.push_back({name + ".weight", {s.dim}, Format::kF32, 0.2, 1});
  };
  matrix("token_embd", kVocabSize, s.dim, false);
  out.back().spread = 1;
  norm("output_norm");
  if (!s.tied) matrix("output", kVocabSize, s.dim, false);
  if (s.rope_divisors) {
    out.push_back({"rope_freqs.weight", {s.rope_dims / 2}, Format::kF32, 0.5, 2.5});
  }
  for (int l = 0; l < s.layers; ++l) {
    const std::string at = "blk." + std::to_string(l) + ".";
    norm(at + "attn_norm");
    matrix(at + "attn_q", q, s.dim, true);
    matrix(at + "attn_k", kv, s.dim, true);
    matrix(at + "attn_v", kv, s.dim, true);
    matrix(at + "attn_output", s.dim, q, true);
    norm(at + "ffn_norm");
    matrix(at + "ffn_gate", s.ff_dim, s.dim, true);
    matrix(at + "ffn_up", s.ff_dim, s.dim, true);
    matrix(at + "ffn_down", s.dim, s.ff_dim, true);
  }
  return out;
}

std::vector<std::pair<std::string, gguf::Value>> vocabulary() {
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<int32_t> types = {2, 3, 3};
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(std::string("<0x") + kDigits[byte / 16] + kDigits[byte % 16] + ">");
    types.push_back(6);
  }
  tokens.emplace_back("\xe2\x96\x81");  // SentencePiece's space
  types.push_back(1);
  const std::vector<float> scores(tokens.size(), 0.0f);
  return {{"tokenizer.ggml.model", "llama"},
          {"tokenizer.ggml.tokens", gguf::Array::of_strings(tokens)},
          {"tokenizer.ggml.scores", gguf::Array::of_numbers<float>(scores)},
          {"tokenizer.ggml.token_type", gguf::Array::of_numbers<int32_t>(types)},
          {"tokenizer.ggml.unknown_token_id", uint32_t{0}},
          {"tokenizer.ggml.bos_token_id", uint32_t{1}},
          {"tokenizer.ggml.eos_token_id", uint32_t{2}}};
}

std::vector<std::pair<std::string, gguf::Value>> keys_of(const Spec& s) {
  const std::string at = s.architecture + ".";
  const auto number = [](int32_t n) { return gguf::Value(static_cast<uint32_t>(n)); };
  std::vector<std::pair<std::string, gguf::Value>> keys = {
      {"general.architecture", s.architecture},
      {"general.name", "tiny"},
      {at + "context_length", number(s.context)},
      {at + "block_count", number(s.layers)},
      {at + "embedding_length", number(s.dim)},
      {at + "feed_forward_length", number(s.ff_dim)},
      {at + "attention.head_count", number(s.heads)},
      {at + "attention.head_count_kv", number(s.kv_heads)},
      {at + "attention.key_length", number(s.head_dim)},
      {at + "attention.value_length", number(s.head_dim)},
      {at + "attention.layer_norm_rms_epsilon", s.norm_eps},
      {at + "rope.dimension_count", number(s.rope_dims)},
      {at + "rope.freq_base", s.rope_base},
      {at + "vocab_size", number(kVocabSize)}};
  if (s.window > 0) keys.emplace_back(at + "attention.sliding_window", number(s.window));
  if (!s.scaling.empty()) keys.emplace_back(at + "rope.scaling.type", s.scaling);
  for (const auto& [name, value] : s.scaling_numbers) {
    keys.emplace_back(at + "rope.scaling." + name, value);
  }
  if (s.original_context > 0) {
    keys.emplace_back(at + "rope.scaling.original_context_length", number(s.original_context));
  }
  if (!s.chat_template.empty()) keys.emplace_back("tokenizer.chat_template", s.chat_template);
  for (auto& key : vocabulary()) keys.push_back(std::move(key));
  std::erase_if(keys, [&](const auto& key) {
    return s.override_keys.count(key.first) > 0 ||
           std::count(s.drop_keys.begin(), s.drop_keys.end(), key.first) > 0;
  });
  for (const auto& key : s.override_keys) keys.emplace_back(key.first, key.second);
  return keys;
}

// Random values, rounded to the format; `values` are what the bytes decode to.
Result<std::vector<std::byte>> make(const Wanted& wanted, std::mt19937_64& random,
                                    std::vector<float>& values) {
  std::normal_distribution<double> normal(wanted.middle, wanted.spread);
  values.resize(static_cast<size_t>(wanted.shape.elems()));
  for (float& value : values) value = static_cast<float>(normal(random));
  if (wanted.name == "rope_freqs.weight") {
    for (float& value : values) value = std::max(std::fabs(value), 0.5f);
  }
  const auto cols = static_cast<size_t>(wanted.shape.cols());
  const auto row = static_cast<size_t>(row_bytes(wanted.format, cols).value_or(0));
  std::vector<std::byte> bytes(row * static_cast<size_t>(wanted.shape.rows()));
  for (size_t r = 0; r * row < bytes.size(); ++r) {
    const std::span<std::byte> to(bytes.data() + r * row, row);
    const std::span<float> from(values.data() + r * cols, cols);
    REALM_TRY(encode_row(wanted.format, from, to));
    REALM_TRY(decode_row(wanted.format, to, from));
  }
  return bytes;
}

}  // namespace

Result<Model> write(const std::string& path, const Spec& spec) {
  REALM_ASSIGN(gguf::Writer writer, gguf::Writer::create(path));
  for (auto& key : keys_of(spec)) REALM_TRY(writer.set(key.first, std::move(key.second)));
  std::vector<Wanted> wanted = tensors_of(spec);
  if (spec.edit_tensor) {
    std::erase_if(wanted, [&](Wanted& w) { return !spec.edit_tensor(w.name, w.shape); });
  }
  for (const Wanted& w : wanted) REALM_TRY(writer.add_tensor(w.name, w.format, w.shape));
  Model model{.spec = spec, .tensors = {}};
  std::mt19937_64 random(spec.seed);
  for (const Wanted& w : wanted) {
    Matrix matrix{.shape = w.shape, .values = {}};
    REALM_ASSIGN(const auto bytes, make(w, random, matrix.values));
    REALM_TRY(writer.write(bytes));
    model.tensors.emplace(w.name, std::move(matrix));
  }
  REALM_TRY(writer.finish());
  return model;
}

}  // namespace realm::tiny
