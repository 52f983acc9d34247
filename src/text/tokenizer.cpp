#include "realm/tokenizer.hpp"

#include <algorithm>
#include <new>
#include <string>

#include "base/str.hpp"
#include "text/encoder.hpp"
#include "text/state.hpp"
#include "text/vocab.hpp"

namespace realm {
namespace {

// Positions within a text are 32-bit in the merge chain, and U+2581 is three times a space.
constexpr size_t kMaxTextBytes = size_t{1} << 30;

std::string without(std::string_view text, std::string_view mark) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t next = std::min(text.find(mark, at), text.size());
    out += text.substr(at, next - at);
    at = next + mark.size();
  }
  return out;
}

// By the name that files give in tokenizer.ggml.model.
struct Kind {
  std::string_view model;
  Result<std::unique_ptr<Encoder>> (*make)(const Vocab&);
};
constexpr Kind kKinds[] = {
    {"llama", make_spm}, {"gpt2", make_bpe},   {"bert", make_wpm},
    {"t5", make_ugm},    {"gemma4", make_spm},
};

Result<std::unique_ptr<Encoder>> make_encoder(const Vocab& vocab) {
  std::string names;
  for (const Kind& kind : kKinds) {
    if (kind.model == vocab.data().model) return kind.make(vocab);
    names += names.empty() ? "" : ", ";
    names += kind.model;
  }
  return Error{Code::kUnsupported, str("vocabulary: tokenizer model \"", vocab.data().model,
                                       "\" (this build has ", names, ")")};
}

}  // namespace

Tokenizer::Tokenizer(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<Tokenizer> Tokenizer::create(VocabData data) try {
  REALM_ASSIGN(Vocab vocab, Vocab::create(std::move(data)));
  auto state = std::make_shared<State>(std::move(vocab));
  const Vocab& own = state->vocab;
  REALM_ASSIGN(state->encoder, make_encoder(own));
  if (own.data().model == "gpt2" && own.data().pre.empty()) {
    state->fallback =
        "the file does not name its pre-tokenizer (tokenizer.ggml.pre): \"default\" is assumed, "
        "and tokens may differ from those of the model's training";
  }

  state->adds_bos = own.data().add_bos.value_or(state->encoder->adds_bos_by_default());
  state->adds_eos = own.data().add_eos.value_or(state->encoder->adds_eos_by_default());
  // The first files of gemma4 say no, and the model writes nonsense without it.
  if (own.data().model == "gemma4") state->adds_bos = true;
  // A text of "bert" has a separator at its end, whatever else is at its begin.
  state->adds_sep = own.data().add_sep.value_or(own.data().model == "bert") && own.sep;
  if (state->adds_sep && own.sep == own.eos) state->adds_eos = false;  // one is enough
  // Only an explicit wish for a token that is not there contradicts itself.
  if (own.data().add_bos.value_or(false) && !own.bos) {
    return Error{Code::kCorruptFile, "vocabulary: texts shall begin with BOS, but there is none"};
  }
  if (own.data().add_eos.value_or(false) && !own.eos) {
    return Error{Code::kCorruptFile, "vocabulary: texts shall end with EOS, but there is none"};
  }
  state->adds_bos = state->adds_bos && own.bos;
  state->adds_eos = state->adds_eos && own.eos;

  state->pieces.reserve(own.size());
  for (size_t id = 0; id < own.size(); ++id) {
    const std::string& token = own.token(id);
    switch (own.type(id)) {
      case TokenType::kNormal:
        state->pieces.push_back(state->encoder->piece(token));
        break;
      case TokenType::kUserDefined:
        state->pieces.push_back(
            own.is_piece(id) || own.data().model == "bert" ? state->encoder->piece(token) : token);
        break;
      case TokenType::kUnknown:
      case TokenType::kControl:
        state->pieces.push_back(token);
        break;
      case TokenType::kUnused:
      case TokenType::kByte:
        state->pieces.emplace_back();
        break;
    }
  }
  for (size_t byte = 0; byte < 256; ++byte) {
    if (own.bytes[byte]) {
      state->pieces[static_cast<size_t>(index(*own.bytes[byte]))] = static_cast<char>(byte);
    }
  }
  return Tokenizer(std::move(state));
} catch (const std::bad_alloc&) {
  return Error{Code::kOutOfMemory, "no memory for the vocabulary"};
}

Result<std::vector<TokenId>> Tokenizer::encode(std::string_view text, EncodeOptions options) const
    try {
  if (text.size() >= kMaxTextBytes) {
    return Error{Code::kInvalidArgument,
                 str("a text of ", text.size(), " bytes, at most ", kMaxTextBytes - 1)};
  }
  std::vector<TokenId> ids;
  if (options.add_special && state_->adds_bos) ids.push_back(*state_->vocab.bos);
  bool opens = true;
  for (size_t at = 0; at < text.size();) {
    auto special = state_->vocab.specials.find(text, at, options.parse_special);
    if (!options.mark.empty()) {
      const auto is_text = [&] {
        return special && type(special->token) != TokenType::kUserDefined &&
               text.substr(at, special->begin - at).ends_with(options.mark);
      };
      while (is_text()) {
        special = state_->vocab.specials.find(text, special->begin + 1, options.parse_special);
      }
    }
    const size_t end = special ? special->begin : text.size();
    std::string_view part = text.substr(at, end - at);
    std::string unmarked;
    if (!options.mark.empty()) part = unmarked = without(part, options.mark);
    if (!part.empty()) {
      REALM_TRY(state_->encoder->encode(part, opens, options, ids));
      opens = false;
    }
    if (special) {
      ids.push_back(special->token);
      opens = true;
    }
    at = special ? special->end : end;
  }
  if (options.add_special && state_->adds_sep) ids.push_back(*state_->vocab.sep);
  if (options.add_special && state_->adds_eos) ids.push_back(*state_->vocab.eos);
  return ids;
} catch (const std::bad_alloc&) {
  return Error{Code::kOutOfMemory, str("no memory to tokenize ", text.size(), " bytes")};
}

std::string Tokenizer::mark_control(std::string_view text, std::string_view mark) const {
  std::string out;
  size_t copied = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto special = state_->vocab.specials.find(text, at, true);
    if (!special) break;
    at = special->begin;  // others may begin within it
    if (type(special->token) == TokenType::kUserDefined) continue;
    out += text.substr(copied, at - copied);
    out += mark;
    copied = at;
  }
  return out += text.substr(copied);
}

std::string Tokenizer::decode(const std::vector<TokenId>& ids, DecodeOptions options) const {
  std::string out;
  bool strip = options.at_start;
  for (const TokenId id : ids) out += state_->render(id, options.render_special, strip);
  return out;
}

// The encoder puts a space where a text opens: at its start and behind special tokens. Its inverse
// takes it off at the start and behind special tokens that are seen; behind one that is not shown
// the space keeps the words on its two sides apart.
std::string_view Tokenizer::State::render(TokenId id, bool render_special, bool& strip) const {
  if (!vocab.contains(id)) return {};
  const size_t i = static_cast<size_t>(index(id));
  const TokenType type = vocab.type(i);
  std::string_view piece = pieces[i];
  const bool special = type == TokenType::kControl || type == TokenType::kUnknown;
  if (special && !render_special) return {};
  if (special || (type == TokenType::kUserDefined && !vocab.is_piece(i))) {
    strip = true;
  } else if (!piece.empty()) {
    if (strip && encoder->adds_space() && piece.front() == ' ') piece.remove_prefix(1);
    strip = false;
  }
  return piece;
}

std::string_view Tokenizer::piece(TokenId id) const {
  if (!state_->vocab.contains(id)) return {};
  return state_->pieces[static_cast<size_t>(index(id))];
}

TokenType Tokenizer::type(TokenId id) const {
  if (!state_->vocab.contains(id)) return TokenType::kUnused;
  return state_->vocab.type(static_cast<size_t>(index(id)));
}

std::optional<TokenId> Tokenizer::find(std::string_view text) const {
  return state_->vocab.find(text);
}

const std::string& Tokenizer::fallback() const { return state_->fallback; }
size_t Tokenizer::vocab_size() const { return state_->vocab.size(); }
std::optional<TokenId> Tokenizer::bos() const { return state_->vocab.bos; }
std::optional<TokenId> Tokenizer::eos() const { return state_->vocab.eos; }
std::optional<TokenId> Tokenizer::eot() const { return state_->vocab.eot; }
std::optional<TokenId> Tokenizer::unk() const { return state_->vocab.unk; }
std::optional<TokenId> Tokenizer::pad() const { return state_->vocab.pad; }
std::optional<TokenId> Tokenizer::sep() const { return state_->vocab.sep; }
std::optional<TokenId> Tokenizer::mask() const { return state_->vocab.mask; }
bool Tokenizer::adds_bos() const { return state_->adds_bos; }
bool Tokenizer::adds_eos() const { return state_->adds_eos; }
bool Tokenizer::adds_sep() const { return state_->adds_sep; }

bool Tokenizer::is_end_of_generation(TokenId id) const {
  return state_->vocab.contains(id) &&
         state_->vocab.ends_generation(static_cast<size_t>(index(id)));
}

}  // namespace realm
