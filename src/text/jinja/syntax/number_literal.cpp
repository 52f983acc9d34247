#include "text/jinja/syntax/number_literal.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "text/jinja/values/large_integer.hpp"

namespace realm::jinja {
namespace {

char lower(char c) { return static_cast<char>(c | 0x20); }

class NumberReader {
 public:
  NumberReader(std::string_view source, std::size_t at) : source_(source), at_(at) {}

  NumberLiteral read() const {
    const std::size_t whole = digits(at_, is_digit);
    if (at_ == 0 || source_[at_ - 1] != '.') {  // in "a.0.1" no number is a float
      const std::size_t end = real_end(whole);
      if (end != whole) return number(TokenType::kFloat, 0, end, 10);
    }
    const char prefix = lower(peek(at_ + 1));
    if (peek(at_) == '0' && (prefix == 'x' || prefix == 'o' || prefix == 'b')) {
      const int base = prefix == 'x' ? 16 : prefix == 'o' ? 8 : 2;
      const auto in_base = [&](char c) {
        return base == 16 ? is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f')
                          : is_digit(c) && c < '0' + base;
      };
      const std::size_t end = digits(at_ + 2, in_base);
      if (end != at_ + 2) return number(TokenType::kInteger, 2, end, base);
    }
    const bool zero = peek(at_) == '0';
    return number(TokenType::kInteger, 0,
                  zero ? digits(at_, [](char c) { return c == '0'; }) : whole, 10);
  }

 private:
  char peek(std::size_t at) const { return at < source_.size() ? source_[at] : '\0'; }

  // Digits with single underscores between them, from `at`; their end.
  template <class IsDigit>
  std::size_t digits(std::size_t at, IsDigit is_one) const {
    while (at < source_.size() &&
           (is_one(source_[at]) ||
            (source_[at] == '_' && at + 1 < source_.size() && is_one(source_[at + 1])))) {
      ++at;
    }
    return at;
  }

  // Behind a fraction and an exponent, as far as they are there.
  std::size_t real_end(std::size_t end) const {
    if (peek(end) == '.' && is_digit(peek(end + 1))) end = digits(end + 1, is_digit);
    if (lower(peek(end)) != 'e') return end;
    std::size_t exponent = end + 1;
    if (peek(exponent) == '+' || peek(exponent) == '-') ++exponent;
    return is_digit(peek(exponent)) ? digits(exponent, is_digit) : end;
  }

  NumberLiteral number(TokenType type, std::size_t prefix, std::size_t end, int base) const {
    NumberLiteral literal;
    literal.end = end;
    Token& token = literal.token;
    token.type = type;
    token.at = static_cast<Position>(at_);
    token.text = source_.substr(at_ + prefix, end - at_ - prefix);
    token.text.erase(std::remove(token.text.begin(), token.text.end(), '_'), token.text.end());
    const char* first = token.text.data();
    const char* last = first + token.text.size();
    if (type == TokenType::kFloat) {
      if (std::from_chars(first, last, token.number).ec != std::errc()) {
        // Out of range: from_chars leaves the number alone.
        const bool tiny = token.text.find("e-") != std::string::npos ||
                          token.text.find("E-") != std::string::npos;
        token.number = tiny ? 0 : std::numeric_limits<double>::infinity();
      }
    } else if (std::from_chars(first, last, token.integer, base).ec != std::errc()) {
      token.large = base == 10 && token.text.size() <= LargeInteger::kMostDigits;
      if (!token.large) literal.error = "integer literal does not fit 64 bits";
    }
    return literal;
  }

  std::string_view source_;
  std::size_t at_;
};

}  // namespace

NumberLiteral read_number(std::string_view source, std::size_t at) {
  return NumberReader(source, at).read();
}

}  // namespace realm::jinja
