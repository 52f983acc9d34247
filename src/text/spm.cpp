// SentencePiece BPE as `llama` vocabularies have it (Kudo and Richardson 2018): spaces are written
// U+2581, a text begins as its characters, and of all neighbours that together are a token the pair
// of the highest score is joined first, of equal scores the leftmost. A character that no token
// holds is written in byte tokens, or as the unknown token where there are none.
//
// Scores are ranks in disguise, so the merges are a table of pairs made once: for every token, each
// way to cut it in two symbols. Characters that are no tokens take part as symbols of their own.
// Others of this kind (`gemma4`, and `gpt2` with some pre-tokenizers) list their merges.
#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "base/str.hpp"
#include "base/utf8.hpp"
#include "text/encoder.hpp"
#include "text/merges.hpp"
#include "text/sentencepiece.hpp"
#include "text/word_memory.hpp"

namespace realm {
namespace {

using sentencepiece::Normalizer;

// Longer tokens are not looked for: the published vocabularies end at some 200 bytes (runs of
// spaces), and a malformed one must not make the table of pairs quadratic in the file's size.
constexpr size_t kMaxMergedBytes = 256;

class Spm final : public Encoder {
 public:
  Spm(const Vocab& vocab, Normalizer normalizer)
      : vocab_(vocab), normalizer_(std::move(normalizer)) {}

  void read_tokens();
  Result<void> read_scores();
  Result<void> read_merges();
  void find_ascii() {
    for (size_t c = 0; c < ascii_.size(); ++c) {
      const char character = static_cast<char>(c);
      ascii_[c] = symbol_of({&character, 1});
    }
  }
  Result<void> encode(std::string_view text, bool opens, const EncodeOptions& options,
                      std::vector<TokenId>& out) const override;
  std::string piece(std::string_view token) const override {
    return sentencepiece::unescaped(token);
  }
  bool adds_space() const override {
    return vocab_.data().add_space_prefix.value_or(vocab_.data().model == "llama");
  }
  bool adds_bos_by_default() const override { return vocab_.data().model != "gpt2"; }

 private:
  struct Work {
    MergeChain chain;
    WordMemory words;
    bool after_unknown = false;
    bool repeatable = false;  // the word's ids do not depend on its neighbours
  };
  Result<void> encode_words(std::string_view text, const EncodeOptions& options, Work& work,
                            std::vector<TokenId>& out) const;
  Result<void> encode_word(std::string_view word, const EncodeOptions& options, Work& work,
                           std::vector<TokenId>& out) const;
  Symbol symbol_of(std::string_view text) const {
    const auto found = symbols_.find(text);
    return found == symbols_.end() ? kNoSymbol : found->second;
  }

  const Vocab& vocab_;
  Normalizer normalizer_;
  std::unordered_map<std::string_view, Symbol> symbols_;  // views into the vocabulary's tokens
  std::array<Symbol, 128> ascii_{};
  MergeTable merges_;
  sentencepiece::WordCutter cutter_;
};

void Spm::read_tokens() {
  for (size_t id = 0; id < vocab_.size(); ++id) {
    if (vocab_.type(id) != TokenType::kNormal || vocab_.token(id).empty()) continue;
    symbols_.emplace(vocab_.token(id), static_cast<Symbol>(id));
    cutter_.add(vocab_.token(id));
  }
}

Result<void> Spm::read_scores() {
  const VocabData& data = vocab_.data();
  if (data.scores.empty()) return Error{Code::kCorruptFile, "vocabulary: scores are missing"};

  std::vector<uint32_t> tokens;
  for (const auto& [token, id] : symbols_) tokens.push_back(static_cast<uint32_t>(id));
  std::sort(tokens.begin(), tokens.end());
  Symbol next = static_cast<Symbol>(vocab_.size());
  for (const uint32_t id : tokens) {
    const std::string_view token = vocab_.token(id);
    for (size_t at = 0; at < token.size();) {
      const size_t bytes = utf8_step(token, at).bytes;
      if (symbols_.emplace(token.substr(at, bytes), next).second) ++next;
      at += bytes;
    }
  }

  std::stable_sort(tokens.begin(), tokens.end(),
                   [&](uint32_t a, uint32_t b) { return data.scores[a] > data.scores[b]; });
  uint32_t rank = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0 && data.scores[tokens[i]] < data.scores[tokens[i - 1]]) ++rank;
    const std::string_view token = vocab_.token(tokens[i]);
    if (token.size() > kMaxMergedBytes) continue;
    for (size_t at = utf8_step(token, 0).bytes; at < token.size();
         at += utf8_step(token, at).bytes) {
      const Symbol left = symbol_of(token.substr(0, at));
      const Symbol right = symbol_of(token.substr(at));
      if (left == kNoSymbol || right == kNoSymbol) continue;
      merges_.add(left, right, {rank, static_cast<Symbol>(tokens[i])});
    }
  }
  return {};
}

Result<void> Spm::read_merges() {
  const std::vector<std::string>& merges = vocab_.data().merges;
  std::string joined;
  for (size_t i = 0; i < merges.size(); ++i) {
    const std::string_view merge = merges[i];
    const size_t space = merge.find(' ', 1);
    if (space >= merge.size()) {
      return Error{Code::kCorruptFile, str("vocabulary: merge ", i, " is not two tokens")};
    }
    const std::string_view left = merge.substr(0, space), right = merge.substr(space + 1);
    joined = left;
    joined += right;
    const std::array<Symbol, 3> symbols = {symbol_of(left), symbol_of(right), symbol_of(joined)};
    if (std::find(symbols.begin(), symbols.end(), kNoSymbol) != symbols.end()) {
      return Error{Code::kCorruptFile,
                   str("vocabulary: merge ", i, " has, or makes, what is no token")};
    }
    merges_.add(symbols[0], symbols[1], {static_cast<uint32_t>(i), symbols[2]});
  }
  return {};
}

Result<void> Spm::encode(std::string_view text, bool opens, const EncodeOptions& options,
                         std::vector<TokenId>& out) const {
  const std::string normalized = normalizer_.normalize(text, opens && adds_space());
  const std::string_view all = normalized;
  Work work;
  work.words.reserve(all.size());
  size_t begin = 0;
  for (size_t at = 0; normalizer_.has_user_defined() && at < all.size();) {
    const DoubleArray::Match own = normalizer_.user_defined().longest(all.substr(at));
    if (own.bytes == 0) {
      ++at;
      continue;
    }
    REALM_TRY(encode_words(all.substr(begin, at - begin), options, work, out));
    out.push_back(TokenId{own.value});
    work.after_unknown = false;
    begin = at += own.bytes;
  }
  return encode_words(all.substr(begin), options, work, out);
}

Result<void> Spm::encode_words(std::string_view text, const EncodeOptions& options, Work& work,
                               std::vector<TokenId>& out) const {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = cutter_.end_of_word(text, begin);
    const std::string_view word = text.substr(begin, end - begin);
    begin = end;
    WordMemory::Slot* slot = work.words.find(word);
    if (slot && slot->repeat(word, out)) {
      work.after_unknown = false;
      continue;
    }
    const size_t before = out.size();
    REALM_TRY(encode_word(word, options, work, out));
    if (slot && work.repeatable) slot->keep(word, before, out.size(), out);
  }
  return {};
}

Result<void> Spm::encode_word(std::string_view word, const EncodeOptions& options, Work& work,
                              std::vector<TokenId>& out) const {
  // Of bytes that are not UTF-8 each stands for itself.
  const auto character = [&](size_t at) {
    if (static_cast<uint8_t>(word[at]) < 0x80) return size_t{1};
    const Utf8Step step = utf8_step(word, at);
    return step.valid ? size_t{step.bytes} : size_t{1};
  };
  MergeChain& chain = work.chain;
  chain.clear();
  for (size_t at = 0; at < word.size();) {
    const uint8_t byte = static_cast<uint8_t>(word[at]);
    if (byte < 0x80) {
      chain.push_back(ascii_[byte]);
      ++at;
      continue;
    }
    const Utf8Step step = utf8_step(word, at);
    const size_t bytes = step.valid ? step.bytes : 1;
    chain.push_back(step.valid ? symbol_of(word.substr(at, bytes)) : kNoSymbol);
    at += bytes;
  }
  chain.merge(merges_);
  work.repeatable = true;
  size_t begin = 0;
  for (uint32_t i = 0; i != MergeChain::kEnd; i = chain.next(i)) {
    size_t end = begin;
    for (uint32_t n = chain.span(i); n > 0; --n) end += character(end);
    const Symbol symbol = chain.symbol(i);
    if (symbol != kNoSymbol && static_cast<size_t>(symbol) < vocab_.size()) {
      out.push_back(TokenId{symbol});
      work.after_unknown = false;
    } else {
      REALM_TRY(sentencepiece::emit_unknown(vocab_, word.substr(begin, end - begin), options,
                                            work.after_unknown, out));
      if (work.after_unknown) work.repeatable = false;
    }
    begin = end;
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_spm(const Vocab& vocab) {
  REALM_ASSIGN(Normalizer normalizer, Normalizer::create(vocab, false));
  auto encoder = std::make_unique<Spm>(vocab, std::move(normalizer));
  encoder->read_tokens();
  REALM_TRY(vocab.data().model == "llama" ? encoder->read_scores() : encoder->read_merges());
  encoder->find_ascii();
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace realm
