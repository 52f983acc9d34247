// Lexer: template source to tokens, after Jinja2 3.1 with trim_blocks and lstrip_blocks on.
//
// The source is normalized first: CR LF and CR become LF, one trailing newline goes. White space:
// `{%-`/`-%}` strip all of it on their side; `{%+`/`+%}` keep it; otherwise a block or comment tag
// that is alone before the start of its line loses the blanks before it, and a block or comment end
// swallows one newline. Comments and raw tags are resolved here: the parser sees data only.
// Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "text/jinja/syntax/token.hpp"

namespace realm::jinja {

std::string normalize_source(std::string_view source);

struct SyntaxError {
  std::string message;
  Position at = 0;
};

/// The tokens, closed by a kEnd. On failure `error` is set and the tokens end in front of it.
std::vector<Token> tokenize(const std::string& source, SyntaxError& error);

/// A string literal's characters: Python's escapes. `message` is set when one is malformed.
std::string unescape(std::string_view body, std::string& message);

}  // namespace realm::jinja
