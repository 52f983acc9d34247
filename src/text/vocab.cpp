#include "text/vocab.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/str.hpp"

namespace realm {
namespace {

// Names under which models mark the end of an answer. Files name at most one or two of them by a
// key; a model with several stops at each.
constexpr std::string_view kEndNames[] = {
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "<end_of_utterance>",
    "<｜end▁of▁sentence｜>",
};

// A vocabulary is read into memory whole; the largest published ones have some 10^5.6 tokens.
constexpr size_t kMaxTokens = size_t{1} << 24;

Error corrupt(std::string message) { return {Code::kCorruptFile, std::move(message)}; }

Result<void> check_id(std::string_view key, const std::optional<uint32_t>& id, size_t tokens,
                      std::optional<TokenId>& out) {
  if (!id) return {};
  if (*id >= tokens) {
    return corrupt(
        str("vocabulary: ", key, " token is ", *id, ", but there are ", tokens, " tokens"));
  }
  out = TokenId{static_cast<int32_t>(*id)};
  return {};
}

std::optional<uint8_t> parse_byte_token(std::string_view token) {
  if (token.size() != 6 || token.substr(0, 3) != "<0x" || token[5] != '>') return std::nullopt;
  int value = 0;
  for (const char c : token.substr(3, 2)) {
    const bool digit = c >= '0' && c <= '9';
    const bool upper = c >= 'A' && c <= 'F';
    if (!digit && !upper && !(c >= 'a' && c <= 'f')) return std::nullopt;
    value = value * 16 + (digit ? c - '0' : upper ? c - 'A' + 10 : c - 'a' + 10);
  }
  return static_cast<uint8_t>(value);
}

}  // namespace

Result<Vocab> Vocab::create(VocabData data) {
  const size_t size = data.tokens.size();
  if (size == 0) return corrupt("vocabulary: there are no tokens");
  if (size > kMaxTokens) {
    return Error{Code::kUnsupported, str("vocabulary: ", size, " tokens, at most ", kMaxTokens)};
  }
  if (!data.scores.empty() && data.scores.size() != size) {
    return corrupt(str("vocabulary: ", data.scores.size(), " scores for ", size, " tokens"));
  }
  if (!data.token_types.empty() && data.token_types.size() != size) {
    return corrupt(str("vocabulary: ", data.token_types.size(), " types for ", size, " tokens"));
  }
  for (size_t id = 0; id < data.scores.size(); ++id) {
    if (std::isnan(data.scores[id]))
      return corrupt(str("vocabulary: token ", id, ": its score is NaN"));
  }

  Vocab vocab(std::move(data));
  VocabData& own = vocab.data_;
  REALM_TRY(check_id("begin", own.bos, size, vocab.bos));
  REALM_TRY(check_id("end", own.eos, size, vocab.eos));
  REALM_TRY(check_id("end-of-turn", own.eot, size, vocab.eot));
  REALM_TRY(check_id("unknown", own.unk, size, vocab.unk));
  REALM_TRY(check_id("padding", own.pad, size, vocab.pad));
  std::optional<TokenId> cls;
  if (own.model == "bert") {  // elsewhere nothing depends on them
    REALM_TRY(check_id("separator", own.sep, size, vocab.sep));
    REALM_TRY(check_id("mask", own.mask, size, vocab.mask));
    REALM_TRY(check_id("classification", own.cls, size, cls));
    if (!vocab.bos) vocab.bos = cls;
  } else {
    if (own.sep && *own.sep < size) vocab.sep = TokenId{static_cast<int32_t>(*own.sep)};
    if (own.mask && *own.mask < size) vocab.mask = TokenId{static_cast<int32_t>(*own.mask)};
  }
  std::optional<TokenId> eom;
  REALM_TRY(check_id("end-of-message", own.eom, size, eom));

  vocab.types_.reserve(size);
  for (size_t id = 0; id < size; ++id) {
    const int32_t type = own.token_types.empty() ? 1 : own.token_types[id];
    if (type < 0 || type > 6)
      return corrupt(str("vocabulary: token ", id, " has type ", type, ", expected 1..6"));
    // 0 is "undefined" in the specification: such a token cannot be used.
    vocab.types_.push_back(type == 0 ? TokenType::kUnused : static_cast<TokenType>(type));
    vocab.ids_.add(own.tokens, id);
  }
  vocab.name_special_tokens();
  vocab.ends_generation_.resize(size);
  vocab.mark_ends();
  for (const auto& id : {vocab.eos, vocab.eot, eom}) {
    if (id) vocab.ends_generation_[static_cast<size_t>(index(*id))] = true;
  }

  for (size_t i = 0; i < size; ++i) {
    const TokenId id{static_cast<int32_t>(i)};
    const TokenType type = vocab.types_[i];
    if (type == TokenType::kByte) {
      const std::optional<uint8_t> byte = parse_byte_token(own.tokens[i]);
      if (!byte) return corrupt(str("vocabulary: byte token ", i, " is not spelled <0xHH>"));
      if (!vocab.bytes[*byte]) vocab.bytes[*byte] = id;
    } else if (vocab.is_piece(i)) {
      continue;
    } else if (type == TokenType::kUserDefined) {
      std::string_view spelling = own.tokens[i];
      // Files mark the begin of a word in these, too; in a text they stand without it.
      if (own.model == "bert" && spelling.starts_with("\u2581")) spelling.remove_prefix(3);
      vocab.specials.add(spelling, id, false);
    } else if (type == TokenType::kControl || type == TokenType::kUnknown) {
      vocab.specials.add(own.tokens[i], id, true);
    }
  }
  return vocab;
}

bool Vocab::is_piece(size_t id) const {
  // Converters give tokens that came on top of the model, with its rules, a score that no model
  // has.
  constexpr float kAddedScore = -1000;
  return types_[id] == TokenType::kUserDefined && (data_.model == "llama" || data_.model == "t5") &&
         !data_.scores.empty() && data_.scores[id] > kAddedScore;
}

// Files name their special tokens by keys; some leave out those that are spelled as always.
void Vocab::name_special_tokens() {
  const auto named = [&](std::optional<TokenId>& id, std::string_view name) {
    if (!id) id = find(name);
  };
  if (data_.model == "bert") {
    named(bos, "[CLS]");
    named(sep, "[SEP]");
    named(unk, "[UNK]");
    named(pad, "[PAD]");
    named(mask, "[MASK]");
    if (!sep) sep = eos;
    // Older files have no types.
    for (const auto& id : {bos, sep, unk, pad, mask}) {
      if (id && types_[static_cast<size_t>(index(*id))] == TokenType::kNormal) {
        types_[static_cast<size_t>(index(*id))] = TokenType::kControl;
      }
    }
  } else if (data_.model == "llama" || data_.model == "t5") {
    named(bos, "<s>");
    named(eos, "</s>");
    const auto unknown = std::find(types_.begin(), types_.end(), TokenType::kUnknown);
    if (!unk && unknown != types_.end()) {
      unk = TokenId{static_cast<int32_t>(unknown - types_.begin())};
    }
  }
}

// A token that ends answers must never come out of a user's text, so one that a file calls
// user-defined is made a control token.
void Vocab::mark_ends() {
  for (const std::string_view name : kEndNames) {
    const std::optional<TokenId> found = find(name);
    if (!found) continue;
    const size_t id = static_cast<size_t>(index(*found));
    if (types_[id] == TokenType::kUserDefined) types_[id] = TokenType::kControl;
    if (types_[id] == TokenType::kControl) ends_generation_[id] = true;
  }
  // OpenAI's harmony format ends messages, not answers, with <|end|>.
  if (find("<|return|>") && find("<|call|>")) {
    const std::optional<TokenId> end = find("<|end|>");
    if (end) ends_generation_[static_cast<size_t>(index(*end))] = false;
  }
}

std::optional<TokenId> Vocab::find(std::string_view text, uint64_t hash) const {
  const std::optional<size_t> id = ids_.find(data_.tokens, text, hash);
  if (!id) return std::nullopt;
  return TokenId{static_cast<int32_t>(*id)};
}

}  // namespace realm
