// Vocabularies for tests, from GGUF or JSON files that are known to be well-formed.
//
// The GGUF part reads the metadata of a version 2 or 3 file and nothing else. It shares no code
// with src/gguf, so that a golden test of the tokenizers fails for the tokenizers' sake only.
#pragma once

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "realm/tokenizer.hpp"

namespace realm::testing {

inline std::string read_whole_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

class GgufVocabReader {
 public:
  explicit GgufVocabReader(const std::string& path) : in_(path, std::ios::binary) {
    char magic[4] = {};
    in_.read(magic, 4);
    if (!in_ || std::memcmp(magic, "GGUF", 4) != 0) throw std::runtime_error("no GGUF: " + path);
    (void)number<uint32_t>();  // version
    (void)number<uint64_t>();  // tensors
    const auto pairs = number<uint64_t>();
    for (uint64_t i = 0; i < pairs; ++i) {
      const std::string key = text();
      value(key, number<uint32_t>());
    }
  }
  VocabData vocab;

 private:
  template <class T>
  T number() {
    T out{};
    in_.read(reinterpret_cast<char*>(&out), sizeof(T));
    if (!in_) throw std::runtime_error("GGUF ends early");
    return out;
  }
  std::string text() {
    std::string out(number<uint64_t>(), '\0');
    in_.read(out.data(), static_cast<std::streamsize>(out.size()));
    return out;
  }
  void value(const std::string& key, uint32_t type) {
    constexpr int kBytes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    if (type == 8) {
      const std::string found = text();
      if (key == "tokenizer.ggml.model") vocab.model = found;
      if (key == "tokenizer.ggml.pre") vocab.pre = found;
    } else if (type == 9) {
      array(key);
    } else if (type == 4 && key.ends_with("_token_id")) {
      const auto id = number<uint32_t>();
      if (key == "tokenizer.ggml.bos_token_id") vocab.bos = id;
      if (key == "tokenizer.ggml.eos_token_id") vocab.eos = id;
      if (key == "tokenizer.ggml.unknown_token_id") vocab.unk = id;
      if (key == "tokenizer.ggml.padding_token_id") vocab.pad = id;
      if (key == "tokenizer.ggml.seperator_token_id") vocab.sep = id;
      if (key == "tokenizer.ggml.cls_token_id") vocab.cls = id;
      if (key == "tokenizer.ggml.mask_token_id") vocab.mask = id;
    } else if (type == 7) {
      const bool found = number<uint8_t>() != 0;
      if (key == "tokenizer.ggml.add_bos_token") vocab.add_bos = found;
      if (key == "tokenizer.ggml.add_eos_token") vocab.add_eos = found;
      if (key == "tokenizer.ggml.add_space_prefix") vocab.add_space_prefix = found;
      if (key == "tokenizer.ggml.remove_extra_whitespaces") vocab.remove_extra_whitespaces = found;
    } else {
      in_.ignore(kBytes[type]);
    }
  }
  void array(const std::string& key) {
    const auto type = number<uint32_t>();
    const auto count = number<uint64_t>();
    for (uint64_t i = 0; i < count; ++i) {
      if (key == "tokenizer.ggml.tokens") {
        vocab.tokens.push_back(text());
      } else if (key == "tokenizer.ggml.merges") {
        vocab.merges.push_back(text());
      } else if (key == "tokenizer.ggml.scores") {
        vocab.scores.push_back(number<float>());
      } else if (key == "tokenizer.ggml.token_type") {
        vocab.token_types.push_back(number<int32_t>());
      } else if (key == "tokenizer.ggml.precompiled_charsmap") {
        vocab.precompiled_charsmap += number<char>();
      } else {
        value(key, type);
      }
    }
  }

  std::ifstream in_;
};

/// {"model", "pre", "tokens": [...], "merges": [...], "token_types": [...]} and, where the kind has
/// them, "scores", "precompiled_charsmap" (hexadecimal) and the flags.
inline VocabData vocab_of_json(const nlohmann::json& json) {
  VocabData vocab;
  vocab.model = json.at("model");
  vocab.pre = json.at("pre");
  vocab.tokens = json.at("tokens").get<std::vector<std::string>>();
  vocab.merges = json.at("merges").get<std::vector<std::string>>();
  vocab.token_types = json.at("token_types").get<std::vector<int32_t>>();
  const auto optional = [&](const char* key, auto& out) {
    if (json.contains(key)) out = json.at(key).get<std::decay_t<decltype(*out)>>();
  };
  optional("lowercase", vocab.lowercase);
  optional("strip_accents", vocab.strip_accents);
  optional("add_space_prefix", vocab.add_space_prefix);
  optional("remove_extra_whitespaces", vocab.remove_extra_whitespaces);
  if (json.contains("scores")) vocab.scores = json.at("scores").get<std::vector<float>>();
  if (json.contains("precompiled_charsmap")) {
    const auto digits = json.at("precompiled_charsmap").get<std::string>();
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
      vocab.precompiled_charsmap += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    }
  }
  return vocab;
}

inline VocabData read_vocab(const std::string& path) {
  if (path.ends_with(".json")) return vocab_of_json(nlohmann::json::parse(read_whole_file(path)));
  return GgufVocabReader(path).vocab;
}

}  // namespace realm::testing
