// Byte-level BPE as GPT-2 brought it (Sennrich et al. 2016 over bytes): the pre-tokenizer cuts the
// text into words, each word begins as its bytes, and the vocabulary's merges join neighbours, the
// earliest in the list first.
#include <array>
#include <string>
#include <unordered_map>

#include "base/str.hpp"
#include "text/byte_level.hpp"
#include "text/encoder.hpp"
#include "text/merges.hpp"
#include "text/split/pre_tokenizer.hpp"

namespace realm {
namespace {

// Words up to this size are remembered within a call; longer ones hardly come twice.
constexpr size_t kMaxCachedBytes = 24;
constexpr size_t kMaxCachedWords = size_t{1} << 14;

class ByteBpe final : public Encoder {
 public:
  ByteBpe(const Vocab& vocab, const PreTokenizerRow& row, PreTokenizer pre_tokenizer)
      : vocab_(vocab), row_(row), pre_tokenizer_(std::move(pre_tokenizer)) {}

  Result<void> read_merges();
  Result<void> encode(std::string_view text, bool opens, const EncodeOptions& options,
                      std::vector<TokenId>& out) const override;
  std::string piece(std::string_view token) const override {
    std::optional<std::string> bytes = byte_level_decode(token);
    return bytes ? *std::move(bytes) : std::string(token);
  }
  bool adds_space() const override { return false; }
  bool adds_bos_by_default() const override { return row_.add_bos; }

 private:
  Symbol symbol_of(std::string_view text, std::unordered_map<std::string, Symbol>& passing);
  std::optional<TokenId> normal(std::string_view text) const;
  Result<void> encode_word(std::string_view word, const EncodeOptions& options, MergeChain& chain,
                           std::vector<TokenId>& out) const;
  void emit(std::string_view word, Symbol symbol, std::vector<TokenId>& out) const;
  bool expresses(uint8_t byte) const {
    return static_cast<size_t>(bytes_[byte]) < vocab_.size() || vocab_.bytes[byte];
  }

  const Vocab& vocab_;
  const PreTokenizerRow& row_;
  PreTokenizer pre_tokenizer_;
  MergeTable merges_;
  std::array<Symbol, 256> bytes_{};
};

/// The token that merges may produce: a control or user-defined token never comes out of them.
std::optional<TokenId> ByteBpe::normal(std::string_view text) const {
  const std::optional<TokenId> id = vocab_.find(text);
  if (!id || vocab_.type(static_cast<size_t>(index(*id))) != TokenType::kNormal)
    return std::nullopt;
  return id;
}

// A merge may name a text that is no token (a list longer than its vocabulary): the merges go on
// over it, and what is left of it at the end is written in bytes.
Symbol ByteBpe::symbol_of(std::string_view text, std::unordered_map<std::string, Symbol>& passing) {
  if (const std::optional<TokenId> id = normal(text)) return index(*id);
  const Symbol next = static_cast<Symbol>(vocab_.size() + passing.size());
  return passing.emplace(text, next).first->second;
}

Result<void> ByteBpe::read_merges() {
  const std::vector<std::string>& merges = vocab_.data().merges;
  // Ids and passing symbols share an int32.
  constexpr size_t kMaxMerges = size_t{1} << 28;
  if (merges.size() > kMaxMerges) {
    return Error{Code::kUnsupported,
                 str("vocabulary: ", merges.size(), " merges, at most ", kMaxMerges)};
  }
  std::unordered_map<std::string, Symbol> passing;
  for (size_t byte = 0; byte < 256; ++byte) {
    std::string text;
    append_byte_level(static_cast<uint8_t>(byte), text);
    bytes_[byte] = symbol_of(text, passing);
  }
  for (size_t rank = 0; rank < merges.size(); ++rank) {
    const std::string_view line = merges[rank];
    const size_t space = line.find(' ', 1);
    if (space == std::string_view::npos || space + 1 == line.size()) {
      return Error{Code::kCorruptFile,
                   str("vocabulary: merge ", rank, " is not of the form \"left right\"")};
    }
    const std::string_view left = line.substr(0, space);
    const std::string_view right = line.substr(space + 1);
    const Symbol result = symbol_of(std::string(left).append(right), passing);
    merges_.add(symbol_of(left, passing), symbol_of(right, passing),
                {static_cast<uint32_t>(rank), result});
  }
  return {};
}

Result<void> ByteBpe::encode(std::string_view text, bool, const EncodeOptions& options,
                             std::vector<TokenId>& out) const {
  RegexScratch scratch;
  std::vector<Span> words;
  auto split = pre_tokenizer_.split(text, scratch, words);
  if (!split) return std::move(split).error().in(str("pre-tokenizer ", row_.name));

  MergeChain chain;
  std::unordered_map<std::string_view, Span> cache;  // word -> where its ids stand in `out`
  for (const Span& at : words) {
    const std::string_view word = text.substr(at.begin, at.end - at.begin);
    const bool cached = word.size() <= kMaxCachedBytes && words.size() > 1;
    if (cached) {
      const auto found = cache.find(word);
      if (found != cache.end()) {
        for (size_t i = found->second.begin; i < found->second.end; ++i) out.push_back(out[i]);
        continue;
      }
    }
    const size_t begin = out.size();
    REALM_TRY(encode_word(word, options, chain, out));
    if (cached && cache.size() < kMaxCachedWords) cache.emplace(word, Span{begin, out.size()});
  }
  return {};
}

Result<void> ByteBpe::encode_word(std::string_view word, const EncodeOptions& options,
                                  MergeChain& chain, std::vector<TokenId>& out) const {
  if (row_.ignore_merges) {
    std::string spelled;
    for (const char c : word) append_byte_level(static_cast<uint8_t>(c), spelled);
    if (const std::optional<TokenId> whole = normal(spelled)) {
      out.push_back(*whole);
      return {};
    }
  }
  chain.clear();
  chain.reserve(word.size());
  std::string expressible;  // the word without what is dropped, if anything is
  for (size_t i = 0; i < word.size(); ++i) {
    const uint8_t byte = static_cast<uint8_t>(word[i]);
    const bool dropped = !expresses(byte);
    if (dropped && !options.drop_inexpressible) {
      // Not the unknown token: here it is as a rule <|endoftext|>, a control token.
      return Error{Code::kUnsupported,
                   str("the vocabulary has no token for byte ", static_cast<int>(byte))};
    }
    if (dropped && chain.size() == i) expressible = word.substr(0, i);
    if (dropped) continue;
    if (chain.size() < i) expressible += word[i];
    chain.push_back(bytes_[byte]);
  }
  if (chain.size() == 0) return {};
  if (chain.size() < word.size()) word = expressible;
  chain.merge(merges_);
  for (uint32_t i = 0; i != MergeChain::kEnd; i = chain.next(i)) {
    emit(word.substr(i, chain.span(i)), chain.symbol(i), out);
  }
  return {};
}

void ByteBpe::emit(std::string_view word, Symbol symbol, std::vector<TokenId>& out) const {
  if (static_cast<size_t>(symbol) < vocab_.size()) {
    out.push_back(TokenId{symbol});
    return;
  }
  for (const char c : word) {
    const uint8_t byte = static_cast<uint8_t>(c);
    if (static_cast<size_t>(bytes_[byte]) < vocab_.size()) {
      out.push_back(TokenId{bytes_[byte]});
    } else if (vocab_.bytes[byte]) {
      out.push_back(*vocab_.bytes[byte]);
    }
  }
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_byte_bpe(const Vocab& vocab) {
  const std::string& name = vocab.data().pre;
  const PreTokenizerRow* row = find_pre_tokenizer(name);
  if (!row) {
    return Error{Code::kUnsupported, str("vocabulary: pre-tokenizer \"", name,
                                         "\" (this build has ", pre_tokenizer_names(), ")")};
  }
  REALM_ASSIGN(PreTokenizer pre_tokenizer, PreTokenizer::create(*row));
  auto encoder = std::make_unique<ByteBpe>(vocab, *row, std::move(pre_tokenizer));
  REALM_TRY(encoder->read_merges());
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace realm
