// Prompts to token ids. Pure functions; safe on any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "realm/engine.hpp"
#include "realm/error.hpp"
#include "realm/tokenizer.hpp"
#include "text/jinja/chat.hpp"

namespace realm {

/// The ids of `prompt`, all inside the vocabulary. A chat prompt begins with BOS where the
/// vocabulary wants one, whether its template writes it or not. Errors: kInvalidArgument for ids
/// outside the vocabulary and what a template rejects; kUnsupported for a chat without a template.
Result<std::vector<TokenId>> encode_prompt(
    const Prompt& prompt, const Tokenizer& tokenizer,
    const std::optional<Result<ChatTemplate>>& chat_template);

}  // namespace realm
