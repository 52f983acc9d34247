// "%s and %(name)5.2f" % values: printf-style formatting of Python's str.
#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

constexpr std::size_t kWidest = 1u << 20;

struct Conversion {
  bool alternate = false, zero = false, left = false, blank = false, plus = false;
  std::size_t width = 0;
  int precision = -1;
  char type = 0;
};

class Percent {
 public:
  Percent(Interp& interp, const Value& format, const Value& values)
      : interp_(interp), text_(format.string()), safe_(format.safe()), values_(values) {}

  Result<std::string> run() {
    std::string out;
    while (at_ < text_.size()) {
      if (text_[at_] != '%') {
        out += text_[at_++];
        continue;
      }
      ++at_;
      REALM_TRY(conversion(out));
    }
    const bool mapping = values_.is_dict() || values_.is_list() || values_.is_undefined() ||
                         (values_.is(Kind::kDynamic) && values_.dynamic().subscriptable());
    if (!mapping && next_ < count()) {
      return type_error("not all arguments converted during string formatting");
    }
    return out;
  }

 private:
  std::size_t count() const { return values_.is_tuple() ? values_.items().size() : 1; }

  Result<Value> next_value() {
    if (next_ >= count()) return type_error("not enough arguments for format string");
    Value value = values_.is_tuple() ? values_.items()[next_] : values_;
    ++next_;
    return value;
  }

  Result<std::size_t> number() {
    if (at_ < text_.size() && text_[at_] == '*') {
      ++at_;
      REALM_ASSIGN(const Value value, next_value());
      if (!value.is_integer()) return type_error("* wants int");
      return value.integer() < 0 ? std::size_t{0} : static_cast<std::size_t>(value.integer());
    }
    std::size_t n = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && n < kWidest * 10) {
      n = n * 10 + static_cast<std::size_t>(text_[at_++] - '0');
    }
    return n;
  }

  Result<void> conversion(std::string& out) {
    Conversion c;
    Value value;
    if (at_ < text_.size() && text_[at_] == '(') {
      const std::size_t close = text_.find(')', at_);
      if (close == std::string::npos) return type_error("incomplete format key");
      if (!values_.is_dict()) return type_error("format requires a mapping");
      const std::string key = text_.substr(at_ + 1, close - at_ - 1);
      const Value* found = values_.dict().find_text(key);
      if (!found) return type_error(repr_string(key));
      value = *found;
      at_ = close + 1;
    }
    for (; at_ < text_.size(); ++at_) {
      bool* flag = text_[at_] == '#'   ? &c.alternate
                   : text_[at_] == '0' ? &c.zero
                   : text_[at_] == '-' ? &c.left
                   : text_[at_] == ' ' ? &c.blank
                   : text_[at_] == '+' ? &c.plus
                                       : nullptr;
      if (!flag) break;
      *flag = true;
    }
    REALM_ASSIGN(c.width, number());
    if (at_ < text_.size() && text_[at_] == '.') {
      ++at_;
      REALM_ASSIGN(const std::size_t precision, number());
      if (precision > kWidest) return type_error("precision too big");
      c.precision = static_cast<int>(precision);
    }
    if (c.width > kWidest) return type_error("width too big");
    REALM_TRY(interp_.charge_bytes(c.width +
                                   (c.precision > 0 ? static_cast<std::size_t>(c.precision) : 0)));
    while (at_ < text_.size() &&
           std::string_view("hlL").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
    if (at_ >= text_.size()) return type_error("incomplete format");
    c.type = text_[at_++];
    if (c.type == '%') {
      out += '%';
      return {};
    }
    if (value.missing()) {
      REALM_ASSIGN(value, next_value());
    }
    REALM_ASSIGN(const std::string piece, convert(c, value));
    out += piece;
    return {};
  }

  Result<std::string> convert(const Conversion& c, const Value& value) {
    const char fill_align = c.left ? '<' : '>';
    if (c.type == 's' || c.type == 'r' || c.type == 'a') {
      REALM_ASSIGN(std::string text, c.type == 's' ? to_str(interp_, value) : repr(interp_, value));
      if (c.type == 'a') text = escape_non_ascii(text);
      if (safe_ && !value.safe()) text = escape_html(text);
      if (c.precision >= 0) {
        text.resize(unicode::offset_of(text, static_cast<std::size_t>(c.precision)));
      }
      return pad("", std::move(text), c.width, fill_align, " ");
    }
    if (c.type == 'c') {
      std::string text;
      if (value.is_integer() && value.integer() >= 0 && value.integer() <= 0x10ffff) {
        unicode::append(text, static_cast<char32_t>(value.integer()));
      } else if (value.is_string() && unicode::length(value.string()) == 1) {
        text = value.string();
      } else {
        return type_error("%c requires int or char");
      }
      return pad("", std::move(text), c.width, fill_align, " ");
    }
    std::string body;
    if (std::string_view("diuoxX").find(c.type) != std::string_view::npos) {
      REALM_ASSIGN(body, integer(c, value));
    } else if (std::string_view("eEfFgG").find(c.type) != std::string_view::npos) {
      if (!value.is_number()) {
        if (value.is_undefined()) return type_error(value.undefined_message());
        return type_error(str("must be real number, not ", type_name(value)));
      }
      body = format_real(value.number(), c.type, c.precision, c.alternate);
    } else {
      return type_error(str("unsupported format character '", c.type, "' (0x", std::hex,
                            static_cast<int>(static_cast<unsigned char>(c.type)), ") at index ",
                            std::dec, at_ - 1));
    }
    std::string sign = c.plus ? "+" : c.blank ? " " : "";
    if (!body.empty() && body[0] == '-') {
      sign.assign(1, '-');
      body.erase(0, 1);
    }
    const bool zero = c.zero && !c.left;
    return pad(sign, std::move(body), c.width, zero ? '=' : fill_align, zero ? "0" : " ");
  }

  Result<std::string> integer(const Conversion& c, const Value& value) {
    const bool decimal = c.type == 'd' || c.type == 'i' || c.type == 'u';
    if (value.is_undefined()) return type_error(value.undefined_message());
    std::int64_t n = 0;
    if (value.is_integer()) {
      n = value.integer();
    } else if (decimal && value.is(Kind::kFloat) && value.number() > -9.2e18 &&
               value.number() < 9.2e18) {
      n = static_cast<std::int64_t>(value.number());
    } else {
      return type_error(str("%", c.type, " format: ", decimal ? "a real number" : "an integer",
                            " is required, not ", type_name(value)));
    }
    auto size = static_cast<std::uint64_t>(n);
    if (n < 0) size = 0 - size;
    const std::uint64_t base = decimal ? 10 : c.type == 'o' ? 8 : 16;
    // A pointer, not the conditional itself, is indexed: GCC 12 with -fsanitize=undefined computes
    // the index in one of the branches only, and reads it uninitialized after the other.
    const char* names = c.type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string digits;
    do {
      digits.insert(digits.begin(), names[size % base]);
      size /= base;
    } while (size != 0);
    if (c.precision > 0 && digits.size() < static_cast<std::size_t>(c.precision)) {
      digits = pad("", std::move(digits), static_cast<std::size_t>(c.precision), '>', "0");
    }
    if (c.alternate && !decimal) digits = str('0', c.type, digits);
    return str(n < 0 ? "-" : "", digits);
  }

  Interp& interp_;
  const std::string& text_;
  bool safe_;
  const Value& values_;
  std::size_t at_ = 0;
  std::size_t next_ = 0;
};

}  // namespace

Result<Value> format_percent(Interp& interp, const Value& format, const Value& values) {
  REALM_TRY(interp.charge_bytes(format.string().size()));
  REALM_ASSIGN(std::string text, Percent(interp, format, values).run());
  REALM_TRY(interp.charge_bytes(text.size()));
  return Value::text(std::move(text), format.safe());
}

}  // namespace realm::jinja
