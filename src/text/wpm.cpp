// WordPiece as `bert` vocabularies have it (Devlin et al. 2018): the text is cleaned, folded and
// cut into words, and each word is written in the longest tokens from the left; a word of which a
// rest has no token is the unknown token as a whole.
//
// GGUF files mark the begin of a word with U+2581 where BERT's own files mark its continuations
// with
// "##"; a file that was made without that change is understood too.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/str.hpp"
#include "base/utf8.hpp"
#include "text/double_array.hpp"
#include "text/encoder.hpp"
#include "text/wordpiece_words.hpp"

namespace realm {
namespace {

constexpr std::string_view kBegin = "\xE2\x96\x81";  // U+2581
constexpr std::string_view kContinued = "##";
// BERT's tokenizers do not try longer words.
constexpr size_t kMaxWordCharacters = 100;

class Wpm final : public Encoder {
 public:
  explicit Wpm(const Vocab& vocab) : vocab_(vocab) {}

  void read_tokens();
  Result<void> encode(std::string_view text, bool opens, const EncodeOptions& options,
                      std::vector<TokenId>& out) const override;
  std::string piece(std::string_view token) const override;
  bool adds_space() const override { return true; }
  bool adds_bos_by_default() const override { return true; }

 private:
  bool begins_word(std::string_view token) const {
    return hashes_ ? !token.starts_with(kContinued) : token.starts_with(kBegin);
  }
  std::string_view text_of(std::string_view token) const {
    if (hashes_) return begins_word(token) ? token : token.substr(kContinued.size());
    return begins_word(token) ? token.substr(kBegin.size()) : token;
  }
  bool encode_word(std::string_view word, std::vector<TokenId>& out) const;

  const Vocab& vocab_;
  wordpiece::Folding folding_;
  bool hashes_ = false;  // continuations begin with "##"
  DoubleArray begins_;
  DoubleArray continuations_;
};

void Wpm::read_tokens() {
  size_t marked = 0, hashed = 0, normal = 0, upper = 0;
  for (size_t id = 0; id < vocab_.size(); ++id) {
    if (vocab_.type(id) != TokenType::kNormal) continue;
    const std::string& token = vocab_.token(id);
    ++normal;
    marked += token.starts_with(kBegin);
    hashed += token.starts_with(kContinued);
    upper += std::any_of(token.begin(), token.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  }
  hashes_ = marked == 0 && hashed > 0;

  // Older files do not say whether letters are folded. A vocabulary of folded text has hardly a
  // token with a capital letter, one of plain text some tens in a hundred.
  const VocabData& data = vocab_.data();
  folding_.lowercase = data.lowercase.value_or(upper * 100 <= normal);
  folding_.strip_accents = data.strip_accents.value_or(folding_.lowercase);

  std::vector<std::pair<std::string_view, int32_t>> begins, continuations;
  for (size_t id = 0; id < vocab_.size(); ++id) {
    if (vocab_.type(id) != TokenType::kNormal) continue;
    const std::string_view token = vocab_.token(id);
    // U+2581 alone can only be the continuation "##" with that character behind it.
    const bool begin = begins_word(token) && token != kBegin;
    const std::string_view text = begin || hashes_ ? text_of(token) : token;
    (begin ? begins : continuations).emplace_back(text, static_cast<int32_t>(id));
  }
  begins_.build(std::move(begins));
  continuations_.build(std::move(continuations));
}

std::string Wpm::piece(std::string_view token) const {
  std::string out;
  if (begins_word(token)) out += ' ';
  out += text_of(token);
  return out;
}

Result<void> Wpm::encode(std::string_view text, bool, const EncodeOptions& options,
                         std::vector<TokenId>& out) const {
  wordpiece::Words words(text, folding_);
  for (wordpiece::Word word; words.next(word);) {
    if (word.characters <= kMaxWordCharacters && encode_word(word.text, out)) continue;
    if (vocab_.unk) {
      out.push_back(*vocab_.unk);
    } else if (!options.drop_inexpressible) {
      return Error{Code::kUnsupported, str("the vocabulary has no tokens for \"",
                                           word.text.substr(0, 400), "\" and no unknown token")};
    }
  }
  return {};
}

bool Wpm::encode_word(std::string_view word, std::vector<TokenId>& out) const {
  const size_t before = out.size();
  for (size_t at = 0; at < word.size();) {
    const DoubleArray& tokens = at == 0 ? begins_ : continuations_;
    const DoubleArray::Match match = tokens.longest(word.substr(at));
    if (match.bytes == 0) {
      out.resize(before);
      return false;
    }
    out.push_back(TokenId{match.value});
    at += match.bytes;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_wpm(const Vocab& vocab) {
  auto encoder = std::make_unique<Wpm>(vocab);
  encoder->read_tokens();
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace realm
