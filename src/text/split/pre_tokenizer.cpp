#include "text/split/pre_tokenizer.hpp"

#include "base/str.hpp"
#include "base/utf8.hpp"
#include "text/split/newer_unicode.hpp"

namespace realm {
namespace {

// The pattern of GPT-2's encoder.py; HF's ByteLevel(use_regex=true) is the same.
constexpr std::string_view kGpt2 =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// HF's Digits(individual_digits=true). It asks Rust's char::is_numeric, which knows Unicode 17: the
// ranges are the numbers of that version.
constexpr std::string_view kDigit = R"([\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}])";

// Split of Llama 3's tokenizer.json.
constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

constexpr PreTokenizerRow kRows[] = {
    {.name = "gpt-2", .patterns = {kGpt2}},
    {.name = "llama-bpe", .patterns = {kLlama3}, .ignore_merges = true, .add_bos = true},
    {.name = "smollm", .patterns = {kDigit, kGpt2}},
};

}  // namespace

const PreTokenizerRow* find_pre_tokenizer(std::string_view name) {
  for (const PreTokenizerRow& row : kRows) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string pre_tokenizer_names() {
  std::string names;
  for (const PreTokenizerRow& row : kRows) {
    if (!names.empty()) names += ", ";
    names += row.name;
  }
  return names;
}

Result<PreTokenizer> PreTokenizer::create(const PreTokenizerRow& row) {
  PreTokenizer result;
  for (const std::string_view pattern : row.patterns) {
    if (pattern.empty()) continue;
    auto regex = Regex::compile(pattern);
    if (!regex) return std::move(regex).error().in(str("pre-tokenizer ", row.name));
    result.patterns_.push_back(std::move(*regex));
  }
  return result;
}

Result<void> PreTokenizer::split(std::string_view text, RegexScratch& scratch,
                                 std::vector<Span>& words) const {
  words.clear();
  std::vector<Span> pieces;
  std::vector<Span> parts;
  std::string copy;
  for (size_t at = 0; at < text.size();) {
    const size_t valid = utf8_valid_run(text, at);
    if (valid > 0) {
      const std::string_view known = with_known_characters(text.substr(at, valid), copy);
      pieces.assign(1, Span{at, at + valid});
      for (const Regex& pattern : patterns_) {
        parts.clear();
        for (const Span& piece : pieces) {
          REALM_TRY(pattern.split(known.substr(piece.begin - at, piece.end - piece.begin),
                                  piece.begin, scratch, parts));
        }
        pieces.swap(parts);
      }
      words.insert(words.end(), pieces.begin(), pieces.end());
      at += valid;
    }
    const size_t invalid = at;
    while (at < text.size()) {
      const Utf8Step step = utf8_step(text, at);
      if (step.valid) break;
      at += step.bytes;
    }
    if (at > invalid) words.push_back({invalid, at});
  }
  return {};
}

}  // namespace realm
