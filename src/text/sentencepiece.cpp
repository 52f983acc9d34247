#include "text/sentencepiece.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "base/utf8.hpp"

namespace realm::sentencepiece {

std::string unescaped(std::string_view token) {
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

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 2);
  for (size_t at = 0; at < text.size();) {
    const size_t space = std::min(text.find(' ', at), text.size());
    out += text.substr(at, space - at);
    if (space < text.size()) out += kSpace;
    at = space + 1;
  }
  return out;
}

namespace {

bool is_space_at(std::string_view text, size_t at) {
  return text[at] == kSpace[0] && text.substr(at, kSpace.size()) == kSpace;
}

}  // namespace

void WordCutter::add(std::string_view token) {
  for (size_t at = 1; at < token.size(); ++at) {
    const uint8_t left = static_cast<uint8_t>(token[at - 1]);
    if (is_space_at(token, at)) {
      joined_space_.set(left);
    } else {
      joined_.set(size_t{left} << 8 | static_cast<uint8_t>(token[at]));
    }
  }
}

size_t WordCutter::end_of_word(std::string_view text, size_t begin) const {
  size_t left = static_cast<uint8_t>(text[begin]);
  for (size_t at = begin + 1; at < text.size(); ++at) {
    const size_t right = static_cast<uint8_t>(text[at]);
    const bool inside = (right & 0xC0) == 0x80;  // of a character, or what is none
    if (!inside && !(is_space_at(text, at) ? joined_space_[left] : joined_[left << 8 | right])) {
      return at;
    }
    left = right;
  }
  return text.size();
}

Result<Normalizer> Normalizer::create(const Vocab& vocab, bool removes_spaces_by_default) {
  Normalizer n;
  const VocabData& data = vocab.data();
  REALM_ASSIGN(n.charsmap_, Charsmap::create(data.precompiled_charsmap));
  n.removes_spaces_ = data.remove_extra_whitespaces.value_or(removes_spaces_by_default);
  std::vector<std::pair<std::string_view, int32_t>> entries;
  for (size_t id = 0; id < vocab.size(); ++id) {
    if (!vocab.is_piece(id) || vocab.type(id) != TokenType::kUserDefined) continue;
    n.spellings_.push_back(escaped(vocab.token(id)));
  }
  size_t next = 0;
  for (size_t id = 0; id < vocab.size(); ++id) {
    if (!vocab.is_piece(id) || vocab.type(id) != TokenType::kUserDefined) continue;
    entries.emplace_back(n.spellings_[next++], static_cast<int32_t>(id));
  }
  n.has_user_defined_ = !entries.empty();
  n.user_defined_.build(std::move(entries));
  for (uint8_t byte = 0; byte < 128; ++byte) {
    n.plain_[byte] = n.charsmap_.keeps_ascii(byte) &&
                     n.user_defined_.step(DoubleArray::kRoot, byte) == DoubleArray::kNone;
  }
  return n;
}

Normalizer::Step Normalizer::step(std::string_view text, size_t at) const {
  const std::string_view rest = text.substr(at);
  if (has_user_defined_) {
    const DoubleArray::Match own = user_defined_.longest(rest);
    if (own.bytes > 0) return {rest.substr(0, own.bytes), own.bytes};
  }
  const Charsmap::Match entry = charsmap_.longest(rest);
  if (entry.bytes > 0) return {entry.replacement, entry.bytes};
  const Utf8Step character = utf8_step(text, at);
  if (character.valid) return {rest.substr(0, character.bytes), character.bytes};
  if (charsmap_.empty()) return {rest.substr(0, 1), 1};
  return {"\xEF\xBF\xBD", 1};
}

std::string Normalizer::normalize(std::string_view text, bool prefix) const {
  std::string out;
  out.reserve(text.size() + text.size() / 2 + kSpace.size());
  if (charsmap_.empty() && !removes_spaces_) {
    if (prefix) out += kSpace;
    for (size_t at = 0; at < text.size();) {
      const size_t space = std::min(text.find(' ', at), text.size());
      out.append(text, at, space - at);
      if (space < text.size()) out += kSpace;
      at = space + 1;
    }
    return out;
  }

  size_t at = 0;
  while (removes_spaces_ && at < text.size()) {
    const Step first = step(text, at);
    if (first.text != " ") break;
    at += first.bytes;
  }
  if (at == text.size()) return out;
  if (prefix) out += kSpace;
  bool after_space = removes_spaces_;  // further ones go
  while (at < text.size()) {
    const uint8_t byte = static_cast<uint8_t>(text[at]);
    Step next;
    if (byte < 0x80 && plain_[byte] &&
        (at + 1 == text.size() || static_cast<uint8_t>(text[at + 1]) < 0x80)) {
      if (byte != ' ') {
        out += text[at++];
        after_space = false;
        continue;
      }
      next = {text.substr(at, 1), 1};
    } else {
      next = step(text, at);
    }
    at += next.bytes;
    while (after_space && next.text.starts_with(' ')) next.text.remove_prefix(1);
    for (const char c : next.text) {
      if (c == ' ') {
        out += kSpace;
      } else {
        out += c;
      }
    }
    if (removes_spaces_ && !next.text.empty()) after_space = next.text.ends_with(' ');
  }
  while (removes_spaces_ && out.ends_with(kSpace)) out.resize(out.size() - kSpace.size());
  return out;
}

Result<void> emit_unknown(const Vocab& vocab, std::string_view character,
                          const EncodeOptions& options, bool& after_unknown,
                          std::vector<TokenId>& out) {
  const bool in_bytes = std::all_of(character.begin(), character.end(), [&](char c) {
    return vocab.bytes[static_cast<uint8_t>(c)].has_value();
  });
  if (in_bytes) {
    for (const char c : character) out.push_back(*vocab.bytes[static_cast<uint8_t>(c)]);
    after_unknown = false;
    return {};
  }
  if (!vocab.unk) {
    if (options.drop_inexpressible) return {};
    return Error{Code::kUnsupported,
                 str("the vocabulary has no token for \"", utf8_replace_invalid(character),
                     "\" and no unknown token")};
  }
  if (!after_unknown) out.push_back(*vocab.unk);
  after_unknown = true;
  return {};
}

}  // namespace realm::sentencepiece
