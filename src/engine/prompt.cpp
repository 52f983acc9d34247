#include "engine/prompt.hpp"

#include <algorithm>
#include <string_view>

#include "base/str.hpp"
#include "engine/kept_prefix.hpp"

namespace realm {
namespace {

Result<std::vector<TokenId>> encode(const TextPrompt& prompt, const Tokenizer& tokenizer) {
  return tokenizer.encode(
      prompt.text, {.add_special = prompt.add_special, .parse_special = prompt.parse_special});
}

Result<std::vector<TokenId>> encode(const TokenPrompt& prompt, const Tokenizer& tokenizer) {
  for (size_t i = 0; i < prompt.ids.size(); ++i) {
    const int32_t id = index(prompt.ids[i]);
    if (id < 0 || static_cast<size_t>(id) >= tokenizer.vocab_size()) {
      return Error{Code::kInvalidArgument, str("prompt token ", i, " is ", id, ", must be 0 to ",
                                               tokenizer.vocab_size() - 1)};
    }
  }
  return prompt.ids;
}

// A character that is no character (U+FDD0 to U+FDEF are reserved for such use) and occurs neither
// in the messages nor in the template.
std::optional<std::string> unused_mark(const std::vector<ChatMessage>& messages,
                                       std::string_view source) {
  for (int i = 0; i < 32; ++i) {
    const std::string mark = {'\xEF', '\xB7', static_cast<char>(0x90 + i)};
    const auto occurs = [&](const ChatMessage& m) {
      return m.content.find(mark) != std::string::npos || m.role.find(mark) != std::string::npos;
    };
    if (source.find(mark) == source.npos && std::ranges::none_of(messages, occurs)) return mark;
  }
  return std::nullopt;
}

Result<std::vector<TokenId>> encode(const ChatPrompt& prompt, const Tokenizer& tokenizer,
                                    const std::optional<Result<ChatTemplate>>& chat_template) {
  if (!chat_template) {
    return Error{Code::kUnsupported, "the model has no chat template: give it plain text"};
  }
  if (!*chat_template) return chat_template->error();
  const ChatTemplate& chat = chat_template->value();
  const auto mark = unused_mark(prompt.messages, chat.jinja_template().source());
  if (!mark) {
    return Error{Code::kInvalidArgument, "messages use every noncharacter U+FDD0 to U+FDEF"};
  }
  std::vector<ChatMessage> messages;
  messages.reserve(prompt.messages.size());
  for (const ChatMessage& m : prompt.messages) {
    messages.push_back({.role = tokenizer.mark_control(m.role, *mark),
                        .content = tokenizer.mark_control(m.content, *mark)});
  }
  ChatRenderOptions options;
  options.add_generation_prompt = prompt.add_generation_prompt;
  REALM_ASSIGN(const std::string text, chat.render(messages, options));
  REALM_ASSIGN(
      std::vector<TokenId> ids,
      tokenizer.encode(text, {.add_special = false, .parse_special = true, .mark = *mark}));
  if (tokenizer.adds_bos() && (ids.empty() || ids.front() != *tokenizer.bos())) {
    ids.insert(ids.begin(), *tokenizer.bos());
  }
  if (!prompt.kept.empty()) ids = keep_prefix(prompt.kept, ids, tokenizer);
  return ids;
}

}  // namespace

Result<std::vector<TokenId>> encode_prompt(
    const Prompt& prompt, const Tokenizer& tokenizer,
    const std::optional<Result<ChatTemplate>>& chat_template) {
  if (const auto* text = std::get_if<TextPrompt>(&prompt)) return encode(*text, tokenizer);
  if (const auto* ids = std::get_if<TokenPrompt>(&prompt)) return encode(*ids, tokenizer);
  return encode(std::get<ChatPrompt>(prompt), tokenizer, chat_template);
}

}  // namespace realm
