// Vocab: a checked VocabData with what every kind of tokenizer needs of it.
// Invariants: every special id is inside the vocabulary; types has one entry a token.
// Immutable after create(), shared by threads.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "realm/error.hpp"
#include "realm/tokenizer.hpp"
#include "text/split/special_trie.hpp"

namespace realm {

class Vocab {
 public:
  static Result<Vocab> create(VocabData data);
  Vocab(Vocab&&) = default;
  Vocab(const Vocab&) = delete;
  Vocab& operator=(const Vocab&) = delete;
  Vocab& operator=(Vocab&&) = delete;

  size_t size() const { return data_.tokens.size(); }
  bool contains(TokenId id) const {
    return index(id) >= 0 && static_cast<size_t>(index(id)) < size();
  }
  const VocabData& data() const { return data_; }
  const std::string& token(size_t id) const { return data_.tokens[id]; }
  TokenType type(size_t id) const { return types_[id]; }
  /// A user-defined token of a SentencePiece model, which its encoder finds in the normalized text;
  /// others are cut out of the text before.
  bool is_piece(size_t id) const;
  bool ends_generation(size_t id) const { return ends_generation_[id]; }

  std::optional<TokenId> find(std::string_view text) const;
  std::optional<TokenId> bos, eos, eot, unk, pad, sep, mask;
  /// "<0x00>" .. "<0xFF>", where the vocabulary has them.
  std::array<std::optional<TokenId>, 256> bytes{};
  SpecialTrie specials;

 private:
  Vocab() = default;
  void name_special_tokens();
  void mark_ends();

  VocabData data_;
  std::vector<TokenType> types_;
  std::vector<bool> ends_generation_;
  // Views into data_.tokens; moving the vector keeps its strings where they are.
  std::unordered_map<std::string_view, TokenId> ids_;
};

}  // namespace realm
