// SentencePiece BPE as `llama` vocabularies have it (Kudo and Richardson 2018): spaces are written
// U+2581, a text begins as its characters, and of all neighbours that together are a token the pair
// of the highest score is joined first, of equal scores the leftmost. A character that no token
// holds is written in byte tokens, or as the unknown token where there are none.
//
// Scores are ranks in disguise, so the merges are a table of pairs made once: for every token, each
// way to cut it in two symbols. Characters that are no tokens take part as symbols of their own.
#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <string>
#include <unordered_map>

#include "base/str.hpp"
#include "base/utf8.hpp"
#include "text/encoder.hpp"
#include "text/merges.hpp"

namespace realm {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581

// Longer tokens are not looked for: the published vocabularies end at some 200 bytes (runs of
// spaces), and a malformed one must not make the table of pairs quadratic in the file's size.
constexpr size_t kMaxMergedBytes = 256;

class Spm final : public Encoder {
 public:
  explicit Spm(const Vocab& vocab) : vocab_(vocab) {}

  Result<void> read_tokens();
  Result<void> encode(std::string_view text, bool opens, const EncodeOptions& options,
                      std::vector<TokenId>& out) const override;
  std::string piece(std::string_view token) const override;
  bool adds_space() const override { return vocab_.data().add_space_prefix.value_or(true); }
  bool adds_bos_by_default() const override { return true; }

 private:
  Result<void> encode_word(std::string_view word, const EncodeOptions& options, MergeChain& chain,
                           std::vector<TokenId>& out) const;
  Result<void> emit_unknown(std::string_view character, const EncodeOptions& options,
                            std::vector<TokenId>& out) const;
  Symbol symbol_of(std::string_view text) const {
    const auto found = symbols_.find(text);
    return found == symbols_.end() ? kNoSymbol : found->second;
  }

  const Vocab& vocab_;
  std::unordered_map<std::string_view, Symbol> symbols_;  // views into the vocabulary's tokens
  std::array<Symbol, 128> ascii_{};
  MergeTable merges_;
  // No token holds U+2581 behind another character (true of Llama's): then no merge can cross such
  // a place, and a text may be cut there into words without changing its ids.
  bool words_are_apart_ = true;
};

Result<void> Spm::read_tokens() {
  const VocabData& data = vocab_.data();
  if (data.scores.empty()) return Error{Code::kCorruptFile, "vocabulary: scores are missing"};

  std::vector<uint32_t> tokens;
  for (size_t id = 0; id < vocab_.size(); ++id) {
    if (vocab_.type(id) != TokenType::kNormal || vocab_.token(id).empty()) continue;
    if (symbols_.emplace(vocab_.token(id), static_cast<Symbol>(id)).second) {
      tokens.push_back(static_cast<uint32_t>(id));
    }
  }
  Symbol next = static_cast<Symbol>(vocab_.size());
  for (const uint32_t id : tokens) {
    const std::string_view token = vocab_.token(id);
    for (size_t at = 0; at < token.size();) {
      const size_t bytes = utf8_step(token, at).bytes;
      const std::string_view character = token.substr(at, bytes);
      if (symbols_.emplace(character, next).second) ++next;
      if (at > 0 && character == kSpace &&
          token.substr(at - std::min(at, kSpace.size()), kSpace.size()) != kSpace) {
        words_are_apart_ = false;
      }
      at += bytes;
    }
  }
  for (size_t c = 0; c < ascii_.size(); ++c) {
    const char character = static_cast<char>(c);
    ascii_[c] = symbol_of({&character, 1});
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

std::string Spm::piece(std::string_view token) const {
  std::string out;
  for (size_t at = 0; at < token.size();) {
    if (token.substr(at, kSpace.size()) == kSpace) {
      out += ' ';
      at += kSpace.size();
    } else {
      out += token[at++];
    }
  }
  return out;
}

Result<void> Spm::encode(std::string_view text, bool opens, const EncodeOptions& options,
                         std::vector<TokenId>& out) const {
  std::string escaped;
  escaped.reserve(text.size() + text.size() / 2 + kSpace.size());
  if (opens && adds_space()) escaped += kSpace;
  for (const char c : text) {
    if (c == ' ') {
      escaped += kSpace;
    } else {
      escaped += c;
    }
  }

  MergeChain chain;
  const std::string_view all = escaped;
  size_t begin = 0;
  while (words_are_apart_ && begin < all.size()) {
    size_t end = begin;
    while (all.substr(end, kSpace.size()) == kSpace) end += kSpace.size();
    end = std::min(all.find(kSpace, end), all.size());
    REALM_TRY(encode_word(all.substr(begin, end - begin), options, chain, out));
    begin = end;
  }
  if (begin < all.size()) REALM_TRY(encode_word(all.substr(begin), options, chain, out));
  return {};
}

Result<void> Spm::encode_word(std::string_view word, const EncodeOptions& options,
                              MergeChain& chain, std::vector<TokenId>& out) const {
  // Of bytes that are not UTF-8 each stands for itself.
  const auto character = [&](size_t at) {
    if (static_cast<uint8_t>(word[at]) < 0x80) return size_t{1};
    const Utf8Step step = utf8_step(word, at);
    return step.valid ? size_t{step.bytes} : size_t{1};
  };
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
  size_t begin = 0;
  for (uint32_t i = 0; i != MergeChain::kEnd; i = chain.next(i)) {
    size_t end = begin;
    for (uint32_t n = chain.span(i); n > 0; --n) end += character(end);
    const Symbol symbol = chain.symbol(i);
    if (symbol != kNoSymbol && static_cast<size_t>(symbol) < vocab_.size()) {
      out.push_back(TokenId{symbol});
    } else {
      REALM_TRY(emit_unknown(word.substr(begin, end - begin), options, out));
    }
    begin = end;
  }
  return {};
}

Result<void> Spm::emit_unknown(std::string_view character, const EncodeOptions& options,
                               std::vector<TokenId>& out) const {
  const bool in_bytes = std::all_of(character.begin(), character.end(), [&](char c) {
    return vocab_.bytes[static_cast<uint8_t>(c)].has_value();
  });
  if (in_bytes) {
    for (const char c : character) out.push_back(*vocab_.bytes[static_cast<uint8_t>(c)]);
    return {};
  }
  if (!vocab_.unk) {
    if (options.drop_inexpressible) return {};
    return Error{Code::kUnsupported,
                 str("the vocabulary has no token for \"", utf8_replace_invalid(character),
                     "\" and no unknown token")};
  }
  // SentencePiece joins unknown neighbours.
  if (out.empty() || out.back() != *vocab_.unk) out.push_back(*vocab_.unk);
  return {};
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_spm(const Vocab& vocab) {
  auto encoder = std::make_unique<Spm>(vocab);
  REALM_TRY(encoder->read_tokens());
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace realm
