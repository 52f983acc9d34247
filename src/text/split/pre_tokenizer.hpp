// Pre-tokenizers: how a text is cut into words before byte-level BPE merges within each word.
//
// A pre-tokenizer is a row of data: its name in `tokenizer.ggml.pre`, the patterns of the model's
// published tokenizer file, applied one after the other to the pieces that the one before left, and
// flags. Bytes that are not UTF-8 are words of their own, one per unbroken run.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "text/split/regex.hpp"

namespace realm {

struct PreTokenizerRow {
  std::string_view name;
  std::array<std::string_view, 4> patterns;  ///< the unused ones are empty
  bool ignore_merges = false;  ///< a word that is a token is that token, whatever the merges say
  bool add_bos = false;        ///< when the file does not say
};

/// nullptr when this build does not have it.
const PreTokenizerRow* find_pre_tokenizer(std::string_view name);

/// "gpt-2, llama-bpe, ...": for messages.
std::string pre_tokenizer_names();

/// The compiled patterns of a row. Immutable, shared by threads.
class PreTokenizer {
 public:
  static Result<PreTokenizer> create(const PreTokenizerRow& row);

  /// Replaces `words` by the words of `text`, in order; together they are the text.
  Result<void> split(std::string_view text, RegexScratch& scratch, std::vector<Span>& words) const;

 private:
  std::vector<Regex> patterns_;
};

}  // namespace realm
