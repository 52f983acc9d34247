#include "synthetic/outline.hpp"

#include <cstdio>
#include <utility>

#include "base/str.hpp"

namespace realm::synthetic {
namespace {

// 1 -> "a", 26 -> "z", 27 -> "aa": every word of small letters has its number.
std::string letters_of(int32_t number) {
  std::string text;
  for (; number > 0; number = (number - 1) / 26) {
    text.insert(text.begin(), static_cast<char>('a' + (number - 1) % 26));
  }
  return text;
}

// SentencePiece's kinds of pieces.
constexpr int32_t kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6;
constexpr int32_t kFirstByte = 3, kFirstWord = kFirstByte + 256;
constexpr const char* kSpace = "\xe2\x96\x81";

// <unk>, <s>, </s>, all bytes, a blank, then words from short to long, each with and without a
// blank before it. Any text has ids, and any ids have a text.
void add_vocabulary(gguf::Metadata& metadata, int32_t size) {
  std::vector<std::string> pieces = {"<unk>", "<s>", "</s>"};
  std::vector<int32_t> kinds = {kUnknown, kControl, kControl};
  std::vector<float> scores = {0, 0, 0};
  for (int32_t id = kFirstByte; id < size; ++id) {
    char byte[8];
    std::snprintf(byte, sizeof byte, "<0x%02X>", static_cast<unsigned>(id - kFirstByte) & 255u);
    const int32_t word = id - kFirstWord;
    const bool is_byte = word < 0;
    pieces.push_back(is_byte ? byte : (word % 2 == 0 ? kSpace : "") + letters_of((word + 1) / 2));
    kinds.push_back(is_byte ? kByte : kNormal);
    scores.push_back(is_byte ? 0.0f : static_cast<float>(-word));
  }
  const std::string at = "tokenizer.ggml.";
  metadata.add(at + "model", "llama", 0);
  metadata.add(at + "pre", "default", 0);
  metadata.add(at + "tokens", gguf::Array::of_strings(pieces), 0);
  metadata.add(at + "scores", gguf::Array::of_numbers<float>(scores), 0);
  metadata.add(at + "token_type", gguf::Array::of_numbers<int32_t>(kinds), 0);
  metadata.add(at + "bos_token_id", uint32_t{1}, 0);
  metadata.add(at + "eos_token_id", uint32_t{2}, 0);
  metadata.add(at + "unknown_token_id", uint32_t{0}, 0);
  metadata.add(at + "add_bos_token", true, 0);
}

}  // namespace

gguf::Metadata metadata_of(const ModelShape& s, const std::string& model_name) {
  gguf::Metadata metadata;
  const auto number = [&](const std::string& name, int32_t value) {
    metadata.add(str(s.architecture, ".", name), static_cast<uint32_t>(value), 0);
  };
  metadata.add("general.architecture", std::string(s.architecture), 0);
  metadata.add("general.type", "model", 0);
  metadata.add("general.name", model_name, 0);
  number("block_count", s.layers);
  number("context_length", s.context);
  number("embedding_length", s.dim);
  number("feed_forward_length", s.ff_dim);
  number("attention.head_count", s.heads);
  number("attention.head_count_kv", s.kv_heads);
  number("attention.key_length", s.head_dim);
  number("attention.value_length", s.head_dim);
  metadata.add(str(s.architecture, ".attention.layer_norm_rms_epsilon"), s.norm_eps, 0);
  metadata.add(str(s.architecture, ".rope.freq_base"), s.rope_base, 0);
  number("rope.dimension_count", s.head_dim);
  number("vocab_size", s.vocab);
  add_vocabulary(metadata, s.vocab);
  return metadata;
}

std::vector<TensorOutline> tensors_of(const ModelShape& s) {
  const int64_t dim = s.dim, ff = s.ff_dim, vocab = s.vocab;
  const int64_t q = int64_t{s.heads} * s.head_dim, kv = int64_t{s.kv_heads} * s.head_dim;
  std::vector<TensorOutline> all;
  const auto add = [&](std::string name, Shape shape) { all.push_back({std::move(name), shape}); };
  add("token_embd.weight", {vocab, dim});
  for (int32_t layer = 0; layer < s.layers; ++layer) {
    const std::string at = str("blk.", layer, ".");
    add(at + "attn_norm.weight", {dim});
    add(at + "attn_q.weight", {q, dim});
    add(at + "attn_k.weight", {kv, dim});
    add(at + "attn_v.weight", {kv, dim});
    if (s.qkv_bias) {
      add(at + "attn_q.bias", {q});
      add(at + "attn_k.bias", {kv});
      add(at + "attn_v.bias", {kv});
    }
    add(at + "attn_output.weight", {dim, q});
    add(at + "ffn_norm.weight", {dim});
    add(at + "ffn_gate.weight", {ff, dim});
    add(at + "ffn_up.weight", {ff, dim});
    add(at + "ffn_down.weight", {dim, ff});
  }
  add("output_norm.weight", {dim});
  if (!s.tied) add("output.weight", {vocab, dim});
  return all;
}

}  // namespace realm::synthetic
