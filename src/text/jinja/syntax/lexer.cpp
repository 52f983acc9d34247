#include "text/jinja/syntax/lexer.hpp"

#include <array>

#include "base/str.hpp"
#include "text/jinja/syntax/number_literal.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

bool name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Lexer {
 public:
  Lexer(const std::string& source, SyntaxError& error) : source_(source), error_(error) {}

  std::vector<Token> run() {
    while (at_ < source_.size() && root()) {
    }
    add(TokenType::kEnd, at_, {});
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  bool starts(std::string_view s, std::size_t at) const {
    return std::string_view(source_).substr(at, s.size()) == s;
  }
  bool starts(std::string_view s) const { return starts(s, at_); }
  std::size_t skip_space(std::size_t at) const {
    while (at < source_.size()) {
      std::size_t after = at;
      if (!unicode::is_space(unicode::next(source_, after))) break;
      at = after;
    }
    return at;
  }
  bool fail(std::string message, std::size_t at) {
    error_ = {std::move(message), static_cast<Position>(at)};
    return false;
  }
  void add(TokenType type, std::size_t at, std::string text) {
    Token token;
    token.type = type;
    token.at = static_cast<Position>(at);
    token.text = std::move(text);
    tokens_.push_back(std::move(token));
  }
  // Every consumed piece passes here: whether it ended a line decides about the next lstrip.
  void consume_to(std::size_t end) {
    if (end > at_) line_starting_ = source_[end - 1] == '\n';
    at_ = end;
  }

  // Data up to a tag at `tag`, stripped as the tag's sign says.
  void data_until(std::size_t tag, char sign, bool variable) {
    std::string_view text = std::string_view(source_).substr(at_, tag - at_);
    if (sign == '-') {
      text = unicode::strip(text, false, true);
    } else if (sign != '+' && !variable) {
      const std::size_t line = text.rfind('\n') + 1;
      if ((line > 0 || line_starting_) && unicode::strip(text.substr(line)).empty()) {
        text = text.substr(0, line);
      }
    }
    if (!text.empty()) add(TokenType::kData, at_, std::string(text));
  }

  // The end of a block, comment or raw tag: "+%}", "-%}" and blanks, or "%}" and one newline.
  // npos when none of them stands at `at`.
  std::size_t tag_end(std::size_t at, std::string_view close) const {
    if (at >= source_.size()) return npos;
    if (source_[at] == '+' && starts(close, at + 1)) return at + 3;
    if (source_[at] == '-' && starts(close, at + 1)) return skip_space(at + 3);
    if (!starts(close, at)) return npos;
    return at + 2 < source_.size() && source_[at + 2] == '\n' ? at + 3 : at + 2;
  }

  bool root() {
    std::size_t tag = at_;
    for (;; ++tag) {
      tag = source_.find('{', tag);
      if (tag == npos || tag + 1 >= source_.size()) {
        add(TokenType::kData, at_, source_.substr(at_));
        consume_to(source_.size());
        return true;
      }
      const char c = source_[tag + 1];
      if (c == '{' || c == '%' || c == '#') break;
    }
    const char kind = source_[tag + 1];
    const char mark = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
    const bool signed_tag = mark == '-' || mark == '+';
    if (kind == '%') {
      if (const std::size_t body = raw_begin(tag + 2 + signed_tag); body != npos) {
        data_until(tag, signed_tag ? mark : '\0', false);
        consume_to(body);
        return raw(tag);
      }
    }
    data_until(tag, signed_tag ? mark : '\0', kind == '{');
    consume_to(tag + 2 + signed_tag);
    if (kind == '#') return comment(tag);
    add(kind == '{' ? TokenType::kVariableBegin : TokenType::kBlockBegin, tag, {});
    return expression(kind == '{');
  }

  // `{% raw %}` from behind its sign; where its content starts, or npos when it is another tag.
  std::size_t raw_begin(std::size_t at) const {
    at = skip_space(at);
    if (!starts("raw", at)) return npos;
    at = skip_space(at + 3);
    if (starts("-%}", at)) return skip_space(at + 3);
    return starts("%}", at) ? at + 2 : npos;
  }

  bool raw(std::size_t begin) {
    for (std::size_t tag = source_.find("{%", at_); tag != npos;
         tag = source_.find("{%", tag + 1)) {
      const char mark = tag + 2 < source_.size() ? source_[tag + 2] : '\0';
      const bool signed_tag = mark == '-' || mark == '+';
      std::size_t at = skip_space(tag + 2 + signed_tag);
      if (!starts("endraw", at)) continue;
      const std::size_t end = tag_end(skip_space(at + 6), "%}");
      if (end == npos) continue;
      data_until(tag, signed_tag ? mark : '\0', false);
      consume_to(end);
      return true;
    }
    return fail("Missing end of raw directive", begin);
  }

  bool comment(std::size_t begin) {
    for (std::size_t close = source_.find("#}", at_); close != npos;
         close = source_.find("#}", close + 1)) {
      const bool sign = close > at_ && (source_[close - 1] == '-' || source_[close - 1] == '+');
      consume_to(tag_end(sign ? close - 1 : close, "#}"));
      return true;
    }
    return fail("Missing end of comment tag", begin);
  }

  bool expression(bool variable) {
    std::string open;  // unclosed brackets, as the closing ones that they need
    while (at_ < source_.size()) {
      if (open.empty()) {
        const std::size_t end = variable ? variable_end() : tag_end(at_, "%}");
        if (end != npos) {
          add(variable ? TokenType::kVariableEnd : TokenType::kBlockEnd, at_, {});
          consume_to(end);
          return true;
        }
      }
      if (const std::size_t after = skip_space(at_); after != at_) {
        consume_to(after);
        continue;
      }
      if (!(number() || name() || string() || symbol(open))) {
        if (!error_.message.empty()) return false;
        std::size_t after = at_;
        const char32_t c = unicode::next(source_, after);
        const char quote = c == '\'' ? '"' : '\'';
        return fail(str("unexpected char ", quote, unicode::encode(std::u32string(1, c)), quote,
                        " at ", unicode::length(std::string_view(source_).substr(0, at_))),
                    at_);
      }
      if (!error_.message.empty()) return false;
    }
    return true;  // the parser reports the open tag
  }

  std::size_t variable_end() const {
    if (starts("-}}")) return skip_space(at_ + 3);
    return starts("}}") ? at_ + 2 : npos;
  }

  bool number() {
    if (!is_digit(peek())) return false;
    NumberLiteral literal = read_number(source_, at_);
    if (!literal.error.empty()) return fail(std::move(literal.error), at_);
    tokens_.push_back(std::move(literal.token));
    consume_to(literal.end);
    return true;
  }

  bool name() {
    if (!name_start(peek())) return false;
    std::size_t end = at_;
    while (end < source_.size() && (name_start(source_[end]) || is_digit(source_[end]))) {
      std::size_t after = end;
      if (unicode::is_space(unicode::next(source_, after))) break;
      end = after;
    }
    if (end == at_) return false;
    std::string word = source_.substr(at_, end - at_);
    if (!unicode::is_identifier(word)) return fail("Invalid character in identifier", at_);
    add(TokenType::kName, at_, std::move(word));
    consume_to(end);
    return true;
  }

  bool string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return false;
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) return false;
    std::string message;
    std::string text = unescape(std::string_view(source_).substr(at_ + 1, end - at_ - 1), message);
    if (!message.empty()) return fail(std::move(message), at_);
    add(TokenType::kString, at_, std::move(text));
    consume_to(end + 1);
    return true;
  }

  bool symbol(std::string& open) {
    static constexpr std::array<std::string_view, 7> kDouble = {
        "//", "**", "==", "!=", ">=", "<=", ""};
    std::string_view found;
    for (const std::string_view op : kDouble) {
      if (!op.empty() && starts(op)) found = op;
    }
    if (found.empty()) {
      if (at_ >= source_.size() || std::string_view("+-/*%~[](){}><=.:|,;").find(peek()) == npos) {
        return false;
      }
      found = std::string_view(source_).substr(at_, 1);
    }
    const char c = found[0];
    if (c == '{' || c == '(' || c == '[') open.push_back(c == '{' ? '}' : c == '(' ? ')' : ']');
    if (c == '}' || c == ')' || c == ']') {
      if (open.empty()) return fail(str("unexpected '", c, "'"), at_);
      if (open.back() != c) {
        return fail(str("unexpected '", c, "', expected '", open.back(), "'"), at_);
      }
      open.pop_back();
    }
    add(TokenType::kOperator, at_, std::string(found));
    consume_to(at_ + found.size());
    return true;
  }

  static constexpr std::size_t npos = std::string::npos;

  const std::string& source_;
  SyntaxError& error_;
  std::size_t at_ = 0;
  bool line_starting_ = true;
  std::vector<Token> tokens_;
};

}  // namespace

std::string normalize_source(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      out.push_back(source[i]);
    } else if (i + 1 >= source.size() || source[i + 1] != '\n') {
      out.push_back('\n');
    }
  }
  if (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

std::vector<Token> tokenize(const std::string& source, SyntaxError& error) {
  return Lexer(source, error).run();
}

}  // namespace realm::jinja
