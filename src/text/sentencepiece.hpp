// What the vocabularies of SentencePiece (Kudo and Richardson 2018) have in common, whether they
// choose tokens by merges or by likelihood: how a text is normalized, where it may be cut into
// words, and how characters without a token are written.
#pragma once

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

#include "text/charsmap.hpp"
#include "text/double_array.hpp"
#include "text/encoder.hpp"
#include "text/vocab.hpp"

namespace realm::sentencepiece {

inline constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581 stands for a space

/// U+2581 as spaces.
std::string unescaped(std::string_view token);

/// Spaces as U+2581.
std::string escaped(std::string_view text);

/// Where a text may be cut into words, each encoded by itself, without changing its ids: between
/// two characters that stand side by side in no token. In the published vocabularies those are the
/// begins of words, most line ends, and changes from one script to another.
class WordCutter {
 public:
  void add(std::string_view token);
  /// The end of the word that begins at `begin`. Precondition: begin < text.size().
  size_t end_of_word(std::string_view text, size_t begin) const;

 private:
  // Of two characters the last byte of the left and the first of the right, but for U+2581, which
  // has a row of its own.
  std::bitset<256 * 256> joined_;
  std::bitset<256> joined_space_;
};

/// Immutable, shared by threads.
class Normalizer {
 public:
  static Result<Normalizer> create(const Vocab& vocab, bool removes_spaces_by_default);

  /// The characters that tokens are looked for in: replaced by the charsmap, spaces as U+2581, one
  /// of them in front when `prefix`; where the file wants it without spaces at the ends and
  /// repeated ones. Bytes that are not UTF-8 stay as they are where there is no charsmap, and
  /// become U+FFFD where there is one.
  std::string normalize(std::string_view text, bool prefix) const;

  /// Tokens that are cut out of the normalized text whole, by id.
  const DoubleArray& user_defined() const { return user_defined_; }
  bool has_user_defined() const { return has_user_defined_; }

 private:
  struct Step {
    std::string_view text;
    size_t bytes = 0;
  };
  Step step(std::string_view text, size_t at) const;

  Charsmap charsmap_;
  bool removes_spaces_ = false;
  bool has_user_defined_ = false;
  bool plain_[128] = {};  // ASCII that stands for itself when more ASCII follows
  std::vector<std::string> spellings_;
  DoubleArray user_defined_;
};

/// Appends the byte tokens of a character, or the unknown token: one for neighbours,
/// `after_unknown` says whether the token before is one, and is updated.
Result<void> emit_unknown(const Vocab& vocab, std::string_view character,
                          const EncodeOptions& options, bool& after_unknown,
                          std::vector<TokenId>& out);

}  // namespace realm::sentencepiece
