// Pre-tokenizers: how a text is cut into words before BPE merges within each word.
//
// A pre-tokenizer is a row of data: its names in `tokenizer.ggml.pre`, the steps of the models'
// published tokenizer files, applied one after the other to the pieces that the one before left,
// and flags. Bytes that are not UTF-8 are words of their own, one per unbroken run.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "realm/error.hpp"
#include "text/split/digit_groups.hpp"
#include "text/split/pattern.hpp"

namespace realm {

struct SplitStep {
  enum class Kind {
    kPattern,
    kBytePattern,           ///< a pattern over bytes; may cut within a character
    kNumberGroups,          ///< DigitGroups::Rule::kNumbers
    kDigitGroupsAtWordEnd,  ///< DigitGroups::Rule::kAtWordEnd
    kDigitCutsInFront,      ///< DigitGroups::Rule::kCutsInFront
  };
  constexpr SplitStep() = default;
  constexpr SplitStep(std::string_view of) : pattern(of) {}  // NOLINT(google-explicit-constructor)
  template <size_t kSize>
  constexpr SplitStep(const char (&of)[kSize])
      : pattern(of) {}  // NOLINT(google-explicit-constructor)
  constexpr SplitStep(Kind is, std::string_view of = {}) : kind(is), pattern(of) {}
  friend constexpr bool operator==(const SplitStep& a, const SplitStep& b) {
    return a.kind == b.kind && a.pattern == b.pattern;
  }
  constexpr bool used() const { return kind != Kind::kPattern || !pattern.empty(); }

  Kind kind = Kind::kPattern;
  std::string_view pattern;
};

struct PreTokenizerRow {
  std::array<std::string_view, 12> names;  ///< the unused ones are empty
  std::array<SplitStep, 6> steps{};
  bool ignore_merges = false;  ///< a word that is a token is that token, whatever the merges say
  bool add_bos = false;        ///< when the file does not say
  /// Tokens are spelled in plain UTF-8 with U+2581 for a space, not in the alphabet of bytes; not
  /// cut.
  bool plain_text = false;
};

/// What a file means that names none.
constexpr std::string_view kDefaultPreTokenizer = "default";

/// nullptr when this build does not have it.
const PreTokenizerRow* find_pre_tokenizer(std::string_view name);

/// All names by row: for tests, fuzzing and messages.
const std::vector<const PreTokenizerRow*>& pre_tokenizer_rows();

/// "default, gpt-2, llama-bpe, ...": for messages.
std::string pre_tokenizer_names();

/// The compiled steps of a row. Immutable, shared by threads.
class PreTokenizer {
 public:
  static Result<PreTokenizer> create(const PreTokenizerRow& row);

  /// Replaces `words` by the words of `text`, in order; together they are the text.
  void split(std::string_view text, std::vector<Span>& words) const;

 private:
  std::vector<std::variant<Pattern, DigitGroups>> steps_;
};

}  // namespace realm
