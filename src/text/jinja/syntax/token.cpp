#include "text/jinja/syntax/token.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/values/large_integer.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {

Value integer_of(const Token& token) {
  return token.large ? make_dynamic<LargeInteger>(token.text) : Value(token.integer);
}

std::string describe(const Token& token) {
  switch (token.type) {
    case TokenType::kData:
      return "template data / text";
    case TokenType::kBlockBegin:
      return "begin of statement block";
    case TokenType::kBlockEnd:
      return "end of statement block";
    case TokenType::kVariableBegin:
      return "begin of print statement";
    case TokenType::kVariableEnd:
      return "end of print statement";
    case TokenType::kString:
      return "string";
    case TokenType::kInteger:
      return "integer";
    case TokenType::kFloat:
      return "float";
    case TokenType::kEnd:
      return "end of template";
    case TokenType::kName:
    case TokenType::kOperator:
      return token.text;
  }
  return {};
}

LineColumn line_column(std::string_view source, Position at) {
  const std::string_view before = source.substr(0, std::min<std::size_t>(at, source.size()));
  LineColumn out;
  out.line += static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 == 0: the first line
  out.column += static_cast<std::uint32_t>(unicode::length(before.substr(start)));
  return out;
}

std::string located(std::string_view name, std::string_view source, Position at,
                    std::string_view message) {
  constexpr std::size_t kWindow = 60;  // code points on each side of the caret
  const LineColumn place = line_column(source, at);
  const std::size_t offset = std::min<std::size_t>(at, source.size());
  const std::size_t start = source.substr(0, offset).rfind('\n') + 1;
  const std::u32string line =
      unicode::decode(source.substr(start, source.find('\n', offset) - start));
  const std::size_t caret = place.column - 1;
  const std::size_t from = caret > kWindow ? caret - kWindow : 0;
  const std::size_t to = std::min(line.size(), caret + kWindow);
  std::string snippet;
  for (std::size_t i = from; i < to; ++i) {
    // A source line goes to a terminal or a log: no control characters.
    unicode::append(snippet, line[i] < 0x20 || line[i] == 0x7f ? U' ' : line[i]);
  }
  return str(name, ":", place.line, ":", place.column, ": ", message, "\n  ", snippet, "\n  ",
             std::string(caret - from, ' '), "^");
}

}  // namespace realm::jinja
