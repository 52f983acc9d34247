// Byte-level BPE as GPT-2 brought it (Sennrich et al. 2016 over bytes): the pre-tokenizer cuts the
// text into words, each word begins as its bytes, and the vocabulary's merges join neighbours, the
// earliest in the list first.
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <unordered_map>

#include "base/str.hpp"
#include "text/byte_level.hpp"
#include "text/encoder.hpp"
#include "text/merges.hpp"
#include "text/split/pre_tokenizer.hpp"
#include "text/word_memory.hpp"

namespace realm {
namespace {

// A text and its hash, which is asked for three times while merges are read.
struct Hashed {
  std::string_view text;
  uint64_t hash = TextIndex::hash_of(text);
};

// The token that merges may produce: a control or user-defined token never comes out of them.
std::optional<TokenId> normal_token(const Vocab& vocab, const Hashed& key) {
  const std::optional<TokenId> id = vocab.find(key.text, key.hash);
  if (!id || vocab.type(static_cast<size_t>(index(*id))) != TokenType::kNormal) {
    return std::nullopt;
  }
  return id;
}

// The symbols of a vocabulary: its normal tokens, and texts that only stand between two merges.
// Used while an encoder is made.
class BpeSymbols {
 public:
  explicit BpeSymbols(const Vocab& vocab) : vocab_(vocab) {}

  // The same one whenever asked for the same text. A merge may name a text that is no token (a
  // list longer than its vocabulary): the merges go on over it, and what is left of it at the end
  // is written in bytes.
  Symbol of(const Hashed& key);

  // The vocabulary's merges, in its order.
  Result<MergeTable> read_merges();

 private:
  // A line of the list, "left right", and what it becomes.
  struct Line {
    std::string joined;
    Hashed left = {}, right = {}, result = {};
    Symbol left_symbol = kNoSymbol, right_symbol = kNoSymbol, result_symbol = kNoSymbol;
  };
  Result<void> split(size_t rank, Line& line) const;
  void find_symbols(std::span<Line> lines);

  const Vocab& vocab_;
  std::unordered_map<std::string, Symbol> passing_;
};

Symbol BpeSymbols::of(const Hashed& key) {
  if (const std::optional<TokenId> id = normal_token(vocab_, key)) return index(*id);
  const Symbol next = static_cast<Symbol>(vocab_.size() + passing_.size());
  return passing_.emplace(key.text, next).first->second;
}

Result<void> BpeSymbols::split(size_t rank, Line& line) const {
  const std::string_view text = vocab_.data().merges[rank];
  const size_t space = text.find(' ', 1);
  if (space == std::string_view::npos || space + 1 == text.size()) {
    return Error{Code::kCorruptFile,
                 str("vocabulary: merge ", rank, " is not of the form \"left right\"")};
  }
  line.left = {text.substr(0, space)};
  line.right = {text.substr(space + 1)};
  line.joined.assign(line.left.text).append(line.right.text);
  line.result = {line.joined};
  return {};
}

void BpeSymbols::find_symbols(std::span<Line> lines) {
  for (const Line& line : lines) {
    for (const Hashed* key : {&line.result, &line.left, &line.right}) vocab_.expect(key->hash);
  }
  for (const Line& line : lines) {
    for (const Hashed* key : {&line.result, &line.left, &line.right}) {
      vocab_.expect_text(key->hash);
    }
  }
  for (Line& line : lines) {
    line.result_symbol = of(line.result);
    line.left_symbol = of(line.left);
    line.right_symbol = of(line.right);
  }
}

// In groups of lines: tokens and merges lie anywhere in some MiB, and waiting for one after the
// other was half of the time in which a vocabulary is loaded.
Result<MergeTable> BpeSymbols::read_merges() {
  const std::vector<std::string>& merges = vocab_.data().merges;
  // Ids and passing symbols share an int32.
  constexpr size_t kMaxMerges = size_t{1} << 28;
  if (merges.size() > kMaxMerges) {
    return Error{Code::kUnsupported,
                 str("vocabulary: ", merges.size(), " merges, at most ", kMaxMerges)};
  }
  MergeTable table;
  table.reserve(merges.size());
  std::array<Line, 16> group;
  for (size_t first = 0; first < merges.size(); first += group.size()) {
    const std::span lines(group.data(), std::min(group.size(), merges.size() - first));
    for (size_t i = 0; i < lines.size(); ++i) REALM_TRY(split(first + i, lines[i]));
    find_symbols(lines);
    for (const Line& line : lines) table.expect(line.left_symbol, line.right_symbol);
    for (size_t i = 0; i < lines.size(); ++i) {
      table.add(lines[i].left_symbol, lines[i].right_symbol,
                {static_cast<uint32_t>(first + i), lines[i].result_symbol});
    }
  }
  return table;
}

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

Result<void> ByteBpe::read_merges() {
  BpeSymbols symbols(vocab_);
  for (size_t byte = 0; byte < 256; ++byte) {
    std::string text;
    append_byte_level(static_cast<uint8_t>(byte), text);
    bytes_[byte] = symbols.of({text});
  }
  REALM_ASSIGN(merges_, symbols.read_merges());
  return {};
}

Result<void> ByteBpe::encode(std::string_view text, bool, const EncodeOptions& options,
                             std::vector<TokenId>& out) const {
  std::vector<Span> spans;
  pre_tokenizer_.split(text, spans);
  MergeChain chain;
  WordMemory words;
  words.reserve(text.size());
  for (const Span& span : spans) {
    const std::string_view word = text.substr(span.begin, span.end - span.begin);
    WordMemory::Slot* slot = words.find(word);
    if (slot && slot->repeat(word, out)) continue;
    const size_t begin = out.size();
    REALM_TRY(encode_word(word, options, chain, out));
    if (slot) slot->keep(word, begin, out.size(), out);
  }
  return {};
}

Result<void> ByteBpe::encode_word(std::string_view word, const EncodeOptions& options,
                                  MergeChain& chain, std::vector<TokenId>& out) const {
  if (row_.ignore_merges) {
    std::string spelled;
    for (const char c : word) append_byte_level(static_cast<uint8_t>(c), spelled);
    if (const std::optional<TokenId> whole = normal_token(vocab_, {spelled})) {
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

Result<std::unique_ptr<Encoder>> make_bpe(const Vocab& vocab) {
  std::string name = vocab.data().pre;
  if (name.empty()) name = kDefaultPreTokenizer;
  const PreTokenizerRow* row = find_pre_tokenizer(name);
  if (!row) {
    return Error{Code::kUnsupported, str("vocabulary: pre-tokenizer \"", name,
                                         "\" (this build has ", pre_tokenizer_names(), ")")};
  }
  if (row->plain_text) return make_spm(vocab);
  REALM_ASSIGN(PreTokenizer pre_tokenizer, PreTokenizer::create(*row));
  auto encoder = std::make_unique<ByteBpe>(vocab, *row, std::move(pre_tokenizer));
  REALM_TRY(encoder->read_merges());
  return std::unique_ptr<Encoder>(std::move(encoder));
}

}  // namespace realm
