#include "text/jinja/json.hpp"

#include <charconv>
#include <limits>

#include "base/str.hpp"
#include "text/jinja/values/large_integer.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

constexpr int kMaxDepth = 512;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Value> document() {
    REALM_ASSIGN(Value out, value(0));
    skip_space();
    if (at_ < text_.size()) return fail("Extra data");
    return out;
  }

 private:
  Error fail(std::string_view what) const {
    return {Code::kInvalidArgument, str("JSON: ", what, " at byte ", at_)};
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != npos) ++at_;
  }
  bool skip(char c) {
    skip_space();
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  bool skip_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  Result<Value> value(int depth) {
    skip_space();
    if (depth > kMaxDepth) return fail("nesting deeper than 512");
    if (peek() == '{') return object(depth);
    if (peek() == '[') return array(depth);
    if (peek() == '"') {
      REALM_ASSIGN(std::string s, string());
      return Value(std::move(s));
    }
    if (skip_word("null")) return Value(nullptr);
    if (skip_word("true")) return Value(true);
    if (skip_word("false")) return Value(false);
    if (skip_word("NaN")) return Value(std::numeric_limits<double>::quiet_NaN());
    if (skip_word("Infinity")) return Value(std::numeric_limits<double>::infinity());
    if (skip_word("-Infinity")) return Value(-std::numeric_limits<double>::infinity());
    return number();
  }

  Result<Value> object(int depth) {
    ++at_;
    Dict dict;
    if (skip('}')) return Value(std::move(dict));
    do {
      skip_space();
      if (peek() != '"') return fail("Expecting property name enclosed in double quotes");
      REALM_ASSIGN(std::string key, string());
      if (!skip(':')) return fail("Expecting ':' delimiter");
      REALM_ASSIGN(Value item, value(depth + 1));
      dict.set(Value(std::move(key)), std::move(item));
    } while (skip(','));
    if (!skip('}')) return fail("Expecting ',' delimiter");
    return Value(std::move(dict));
  }

  Result<Value> array(int depth) {
    ++at_;
    Value::List items;
    if (skip(']')) return Value(std::move(items));
    do {
      REALM_ASSIGN(Value item, value(depth + 1));
      items.push_back(std::move(item));
    } while (skip(','));
    if (!skip(']')) return fail("Expecting ',' delimiter");
    return Value(std::move(items));
  }

  Result<char32_t> hex4() {
    char32_t c = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char d = peek();
      const char low = static_cast<char>(d | 0x20);
      if (d >= '0' && d <= '9') {
        c = c * 16 + static_cast<char32_t>(d - '0');
      } else if (low >= 'a' && low <= 'f') {
        c = c * 16 + static_cast<char32_t>(low - 'a' + 10);
      } else {
        return fail("Invalid \\uXXXX escape");
      }
    }
    return c;
  }

  Result<void> escape(std::string& out) {
    static constexpr std::string_view kFrom = "\"\\/bfnrt";
    static constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    const char c = peek();
    if (const std::size_t plain = kFrom.find(c); plain != npos && at_ < text_.size()) {
      ++at_;
      out += kTo[plain];
      return {};
    }
    if (c != 'u') return fail("Invalid \\escape");
    ++at_;
    REALM_ASSIGN(char32_t unit, hex4());
    if (unit >= 0xd800 && unit < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      const std::size_t before = at_;
      at_ += 2;
      REALM_ASSIGN(const char32_t low, hex4());
      if (low >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      } else {
        at_ = before;
      }
    }
    unicode::append(out, unit);
    return {};
  }

  Result<std::string> string() {
    ++at_;
    std::string out;
    for (;;) {
      if (at_ >= text_.size()) return fail("Unterminated string");
      const char c = text_[at_];
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) return fail("Invalid control character");
      ++at_;
      if (c == '\\') {
        REALM_TRY(escape(out));
      } else {
        out += c;
      }
    }
    ++at_;
    return out;
  }

  Result<Value> number() {
    const std::size_t start = at_;
    const auto digits = [&] {
      const std::size_t from = at_;
      while (peek() >= '0' && peek() <= '9') ++at_;
      return at_ > from;
    };
    if (peek() == '-') ++at_;
    const bool zero = peek() == '0';
    if (zero) {
      ++at_;
    } else if (!digits()) {
      at_ = start;
      return fail("Expecting value");
    }
    bool real = false;
    if (peek() == '.') {
      const std::size_t point = at_++;
      real = digits();
      if (!real) at_ = point;
    }
    if (peek() == 'e' || peek() == 'E') {
      const std::size_t mark = at_++;
      if (peek() == '+' || peek() == '-') ++at_;
      if (digits()) {
        real = true;
      } else {
        at_ = mark;
      }
    }
    const std::string_view written = text_.substr(start, at_ - start);
    const char* end = written.data() + written.size();
    std::int64_t integer = 0;
    if (!real && std::from_chars(written.data(), end, integer).ec == std::errc()) {
      return Value(integer);
    }
    if (!real) {
      if (written.size() - (written[0] == '-' ? 1 : 0) > LargeInteger::kMostDigits) {
        return fail("Exceeds the limit (4300 digits) for integer string conversion");
      }
      return make_dynamic<LargeInteger>(std::string(written));
    }
    double d = 0;
    if (std::from_chars(written.data(), end, d).ec == std::errc::result_out_of_range) {
      const bool small = written.find("e-") != npos || written.find("E-") != npos;
      d = small ? 0.0 : std::numeric_limits<double>::infinity();
      if (written[0] == '-') d = -d;
    }
    return Value(d);
  }

  static constexpr std::size_t npos = std::string_view::npos;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Value> read_json(std::string_view text) { return Reader(text).document(); }

}  // namespace realm::jinja
