// Vocab: a checked VocabData with what every kind of tokenizer needs of it.
// Invariants: every special id is inside the vocabulary; types has one entry a token.
// Immutable after create(), shared by threads.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text_index.hpp"
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

  std::optional<TokenId> find(std::string_view text) const {
    return find(text, TextIndex::hash_of(text));
  }
  /// TextIndex's three steps.
  void expect(uint64_t hash) const { ids_.expect(hash); }
  void expect_text(uint64_t hash) const { ids_.expect_text(data_.tokens, hash); }
  std::optional<TokenId> find(std::string_view text, uint64_t hash) const;
  std::optional<TokenId> bos, eos, eot, unk, pad, sep, mask;
  /// "<0x00>" .. "<0xFF>", where the vocabulary has them.
  std::array<std::optional<TokenId>, 256> bytes{};
  SpecialTrie specials;

 private:
  explicit Vocab(VocabData data) : data_(std::move(data)), ids_(data_.tokens) {}
  void name_special_tokens();
  void mark_ends();

  VocabData data_;
  std::vector<TokenType> types_;
  std::vector<bool> ends_generation_;
  TextIndex ids_;  // of data_.tokens
};

}  // namespace realm
