// Tokens of a template, and where in its source they stand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "text/jinja/values/value.hpp"

namespace realm::jinja {

/// Byte offset into the normalized source (see lexer.hpp).
using Position = std::uint32_t;

enum class TokenType : std::uint8_t {
  kData,
  kBlockBegin,
  kBlockEnd,
  kVariableBegin,
  kVariableEnd,
  kName,
  kString,
  kInteger,
  kFloat,
  kOperator,
  kEnd,
};

struct Token {
  TokenType type = TokenType::kEnd;
  Position at = 0;
  std::string text;  ///< data, name, operator; the decoded characters of a string
  std::int64_t integer = 0;
  double number = 0;
  bool large = false;  ///< an integer beyond 64 bits: `text` has its digits

  bool is(TokenType t) const { return type == t; }
  bool op(std::string_view symbol) const { return type == TokenType::kOperator && text == symbol; }
  bool name(std::string_view word) const { return type == TokenType::kName && text == word; }
};

/// Precondition: an integer.
Value integer_of(const Token& token);

/// As Jinja's messages name a token: "end of statement block", an operator, a name.
std::string describe(const Token& token);

/// Line and column, from 1; columns count code points.
struct LineColumn {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};
LineColumn line_column(std::string_view source, Position at);

/// "name:line:column: message", the source line (cut to a window when long) and a caret under it.
std::string located(std::string_view name, std::string_view source, Position at,
                    std::string_view message);

}  // namespace realm::jinja
