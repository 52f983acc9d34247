// Encoder: text without special tokens -> token ids; one implementation a kind of vocabulary.
// Immutable, shared by threads. The Vocab outlives it.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "realm/tokenizer.hpp"
#include "text/vocab.hpp"

namespace realm {

class Encoder {
 public:
  virtual ~Encoder() = default;

  /// Appends the ids of `text`. `opens`: it begins the whole text or follows a special token.
  virtual Result<void> encode(std::string_view text, bool opens, const EncodeOptions& options,
                              std::vector<TokenId>& out) const = 0;

  /// The bytes that a normal token stands for.
  virtual std::string piece(std::string_view token) const = 0;

  /// encode() puts a space in front of what opens, and decode() has to take it off.
  virtual bool adds_space() const = 0;
  /// When the file does not say.
  virtual bool adds_bos_by_default() const = 0;
  virtual bool adds_eos_by_default() const { return false; }
};

/// BPE ("gpt2"): words of a pre-tokenizer, bytes, ranked merges; or what make_spm() makes, where
/// the pre-tokenizer's row says so.
Result<std::unique_ptr<Encoder>> make_bpe(const Vocab& vocab);

/// WordPiece ("bert"): words, each in its longest tokens from the left.
Result<std::unique_ptr<Encoder>> make_wpm(const Vocab& vocab);

/// Unigram ("t5"): the likeliest tokens, bytes or the unknown token for unknown characters.
Result<std::unique_ptr<Encoder>> make_ugm(const Vocab& vocab);

/// SentencePiece BPE: characters, merges by score ("llama") or by a list (others), bytes for
/// unknown characters.
Result<std::unique_ptr<Encoder>> make_spm(const Vocab& vocab);

}  // namespace realm
