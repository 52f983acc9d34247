// Vocabularies of a few hundred tokens for the unit tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "realm/tokenizer.hpp"
#include "text/byte_level.hpp"

namespace realm::testing {

inline std::vector<int32_t> numbers(const Result<std::vector<TokenId>>& ids) {
  if (!ids) {
    ADD_FAILURE() << ids.error().message;
    return {};
  }
  std::vector<int32_t> out;
  for (const TokenId id : *ids) out.push_back(index(id));
  return out;
}
using Ids = std::vector<int32_t>;

class VocabBuilder {
 public:
  explicit VocabBuilder(const char* model, const char* pre = "") {
    data.model = model;
    data.pre = pre;
  }
  uint32_t add(std::string token, TokenType type = TokenType::kNormal, float score = 0) {
    data.tokens.push_back(std::move(token));
    data.token_types.push_back(static_cast<int32_t>(type));
    data.scores.push_back(score);
    return static_cast<uint32_t>(data.tokens.size() - 1);
  }
  Tokenizer build() const {
    auto tokenizer = Tokenizer::create(data);
    if (!tokenizer) throw std::runtime_error(tokenizer.error().message);
    return *std::move(tokenizer);
  }
  VocabData data;
};

// Ids: 0 <unk>, 1 <s>, 2 </s>, 3 + byte: byte tokens, from 259 on: pieces.
inline VocabBuilder spm() {
  VocabBuilder b("llama");
  b.data.unk = b.add("<unk>", TokenType::kUnknown);
  b.data.bos = b.add("<s>", TokenType::kControl);
  b.data.eos = b.add("</s>", TokenType::kControl);
  for (int byte = 0; byte < 256; ++byte) {
    const char* hex = "0123456789ABCDEF";
    b.add(std::string("<0x") + hex[byte / 16] + hex[byte % 16] + ">", TokenType::kByte);
  }
  b.add("▁", TokenType::kNormal, -10);     // 259
  b.add("a", TokenType::kNormal, -11);     // 260
  b.add("b", TokenType::kNormal, -12);     // 261
  b.add("ab", TokenType::kNormal, -1);     // 262
  b.add("ba", TokenType::kNormal, -1);     // 263
  b.add("▁a", TokenType::kNormal, -2);     // 264
  b.add("aba", TokenType::kNormal, -3);    // 265
  b.add("▁▁", TokenType::kNormal, -4);     // 266
  b.add("cd", TokenType::kNormal, -5);     // 267: its characters are no tokens
  b.add("a  b", TokenType::kUserDefined);  // 268
  return b;
}

// Ids: byte b is token b.
inline VocabBuilder byte_bpe(const char* pre) {
  VocabBuilder b("gpt2", pre);
  for (int byte = 0; byte < 256; ++byte) {
    std::string token;
    append_byte_level(static_cast<uint8_t>(byte), token);
    b.add(token);
  }
  return b;
}

}  // namespace realm::testing
