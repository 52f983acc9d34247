// "{0.name!r:>10}".format(...), and format(value, spec) behind the colon.
#include <algorithm>
#include <cmath>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

constexpr std::size_t kWidest = 1u << 20;

struct Spec {
  std::string fill = " ";
  char align = 0;
  char sign = '-';
  bool alternate = false;
  std::size_t width = 0;
  char group = 0;
  int precision = -1;
  char type = 0;
};

Result<Spec> parse_spec(std::string_view text) {
  Spec spec;
  std::size_t at = 0;
  const auto peek = [&](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
  const auto is_align = [](char c) { return c == '<' || c == '>' || c == '^' || c == '='; };
  if (!text.empty()) {
    std::size_t behind = 0;
    unicode::next(text, behind);
    if (is_align(peek(behind))) {
      spec.fill = std::string(text.substr(0, behind));
      spec.align = text[behind];
      at = behind + 1;
    } else if (is_align(text[0])) {
      spec.align = text[0];
      at = 1;
    }
  }
  if (peek(at) == '+' || peek(at) == '-' || peek(at) == ' ') spec.sign = text[at++];
  if (peek(at) == '#') spec.alternate = ++at > 0;
  if (peek(at) == '0') {
    ++at;
    if (spec.align == 0) {
      spec.fill.assign(1, '0');
      spec.align = '=';
    }
  }
  const auto number = [&]() -> Result<std::size_t> {
    std::size_t n = 0;
    while (peek(at) >= '0' && peek(at) <= '9') {
      n = n * 10 + static_cast<std::size_t>(text[at++] - '0');
      if (n > kWidest) return type_error("Too many decimal digits in format string");
    }
    return n;
  };
  REALM_ASSIGN(spec.width, number());
  if (peek(at) == ',' || peek(at) == '_') spec.group = text[at++];
  if (peek(at) == '.') {
    ++at;
    if (peek(at) < '0' || peek(at) > '9') return type_error("Format specifier missing precision");
    REALM_ASSIGN(const std::size_t precision, number());
    spec.precision = static_cast<int>(precision);
  }
  if (at < text.size()) spec.type = text[at++];
  if (at < text.size()) return type_error("Invalid format specifier");
  return spec;
}

Error unknown_code(char type, const Value& value) {
  return type_error(
      str("Unknown format code '", type, "' for object of type '", type_name(value), "'"));
}

Result<std::string> real_digits(const Spec& spec, const Value& value) {
  const double d = value.number();
  if (spec.type == 0) {
    if (spec.precision < 0) return format_float(d);
    return format_real(d, 'g', std::max(spec.precision, 1), spec.alternate);
  }
  if (spec.type == '%') return str(format_real(d * 100, 'f', spec.precision, spec.alternate), "%");
  if (std::string_view("eEfFgG").find(spec.type) != std::string_view::npos) {
    return format_real(d, spec.type, spec.precision, spec.alternate);
  }
  if (spec.type == 'n') return format_real(d, 'g', spec.precision, spec.alternate);
  return unknown_code(spec.type, value);
}

Result<std::string> integer_digits(const Spec& spec, const Value& value) {
  const int base = spec.type == 'b'                       ? 2
                   : spec.type == 'o'                     ? 8
                   : spec.type == 'x' || spec.type == 'X' ? 16
                                                          : 10;
  auto size = static_cast<std::uint64_t>(value.integer());
  if (value.integer() < 0) size = 0 - size;
  // Not indexed in place: percent.cpp says why.
  const char* names = spec.type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string digits;
  do {
    digits += names[size % static_cast<std::uint64_t>(base)];
    size /= static_cast<std::uint64_t>(base);
  } while (size != 0);
  std::reverse(digits.begin(), digits.end());
  if (spec.group != 0) digits = group_thousands(std::move(digits), spec.group);
  if (spec.alternate && base != 10) digits = str('0', spec.type, digits);
  return str(value.integer() < 0 ? "-" : "", digits);
}

Result<std::string> format_number(const Spec& spec, const Value& value) {
  const bool integral =
      value.is_integer() && std::string_view("eEfFgG%").find(spec.type) == std::string_view::npos;
  std::string body;
  if (value.is_integer() && spec.type == 'c') {
    if (value.integer() < 0 || value.integer() > 0x10ffff) {
      return type_error("%c arg not in range(0x110000)");
    }
    unicode::append(body, static_cast<char32_t>(value.integer()));
    return pad("", std::move(body), spec.width, spec.align ? spec.align : '>', spec.fill);
  }
  if (integral || (value.is_integer() && spec.type == 0)) {
    if (spec.type != 0 && std::string_view("bdnoxX").find(spec.type) == std::string_view::npos) {
      return unknown_code(spec.type, value);
    }
    if (spec.precision >= 0) return type_error("Precision not allowed in integer format specifier");
    REALM_ASSIGN(body, integer_digits(spec, value));
  } else {
    REALM_ASSIGN(body, real_digits(spec, value));
    if (spec.group != 0) {
      const std::size_t start = body[0] == '-' ? 1 : 0;
      const std::size_t end = std::min(body.find_first_not_of("0123456789", start), body.size());
      body = body.substr(0, start) + group_thousands(body.substr(start, end - start), spec.group) +
             body.substr(end);
    }
  }
  std::string sign = spec.sign == '-' ? "" : std::string(1, spec.sign);
  if (!body.empty() && body[0] == '-') {
    sign.assign(1, '-');
    body.erase(0, 1);
  }
  return pad(sign, std::move(body), spec.width, spec.align ? spec.align : '>', spec.fill);
}

class Braces {
 public:
  Braces(Interp& interp, Args& args, bool escape) : interp_(interp), args_(args), escape_(escape) {}

  // `nested`: fields inside a format spec, which may hold no fields themselves.
  Result<std::string> run(std::string_view text, bool nested) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const char c = text[at];
      if ((c == '{' || c == '}') && at + 1 < text.size() && text[at + 1] == c) {
        out += c;
        at += 2;
      } else if (c == '}') {
        return type_error("Single '}' encountered in format string");
      } else if (c != '{') {
        out += c;
        ++at;
      } else {
        std::size_t depth = 1;
        std::size_t end = at + 1;
        for (; end < text.size(); ++end) {
          depth += text[end] == '{';
          depth -= text[end] == '}';
          if (depth == 0) break;
        }
        if (depth != 0) {
          return type_error(at + 1 == text.size() ? "Single '{' encountered in format string"
                                                  : "expected '}' before end of string");
        }
        if (nested) return type_error("Max string recursion exceeded");
        REALM_ASSIGN(const std::string piece, field(text.substr(at + 1, end - at - 1)));
        out += piece;
        at = end + 1;
      }
    }
    return out;
  }

 private:
  Result<std::string> field(std::string_view text) {
    std::string_view spec_text;
    std::size_t split = 0;
    for (int brackets = 0; split < text.size(); ++split) {
      brackets += text[split] == '[';
      brackets -= text[split] == ']';
      if (brackets <= 0 && (text[split] == ':' || text[split] == '!')) break;
    }
    const std::string_view name = text.substr(0, split);
    char conversion = 0;
    if (split < text.size() && text[split] == '!') {
      if (split + 1 >= text.size())
        return type_error("end of string while looking for conversion specifier");
      conversion = text[split + 1];
      split += 2;
      if (split < text.size() && text[split] != ':') {
        return type_error("expected ':' after conversion specifier");
      }
    }
    if (split < text.size()) spec_text = text.substr(split + 1);
    REALM_ASSIGN(Value value, look_up(name));
    if (conversion == 's') {
      REALM_ASSIGN(std::string shown, to_str(interp_, value));
      value = Value(std::move(shown));
    } else if (conversion == 'r' || conversion == 'a') {
      REALM_ASSIGN(std::string shown, repr(interp_, value));
      value = Value(conversion == 'a' ? escape_non_ascii(shown) : std::move(shown));
    } else if (conversion != 0) {
      return type_error(str("Unknown conversion specifier ", conversion));
    }
    Braces inner(interp_, args_, false);
    std::string spec(spec_text);
    if (spec_text.find('{') != std::string_view::npos) {
      inner.next_ = next_;
      inner.manual_ = manual_;
      REALM_ASSIGN(spec, inner.expand_spec(spec_text));
      next_ = inner.next_;
      manual_ = inner.manual_;
    }
    REALM_ASSIGN(std::string shown, format_spec(interp_, value, spec));
    return escape_ && !value.safe() ? escape_html(shown) : shown;
  }

  Result<std::string> expand_spec(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] != '{') {
        out += text[at++];
        continue;
      }
      const std::size_t end = text.find('}', at);
      if (end == std::string_view::npos) return type_error("expected '}' before end of string");
      REALM_ASSIGN(const Value value, look_up(text.substr(at + 1, end - at - 1)));
      REALM_ASSIGN(const std::string shown, to_str(interp_, value));
      out += shown;
      at = end + 1;
    }
    return out;
  }

  // "0", "name", "", each followed by .attribute and [item] parts.
  Result<Value> look_up(std::string_view path) {
    const std::size_t split = std::min(path.find_first_of(".["), path.size());
    const std::string_view head = path.substr(0, split);
    REALM_ASSIGN(Value value, first(head));
    for (std::string_view rest = path.substr(split); !rest.empty();) {
      const bool item = rest[0] == '[';
      std::size_t end = item ? rest.find(']') : rest.find_first_of(".[", 1);
      if (item && end == std::string_view::npos) return type_error("Missing ']' in format string");
      end = std::min(end, rest.size());
      const std::string_view part = rest.substr(1, end - 1);
      if (part.empty()) return type_error("Empty attribute in format string");
      if (item) {
        const bool number =
            part.size() <= 18 && part.find_first_not_of("0123456789") == std::string_view::npos;
        REALM_ASSIGN(
            value, get_item(interp_, value,
                            number ? Value(static_cast<std::int64_t>(std::stoll(std::string(part))))
                                   : Value(part)));
      } else {
        REALM_ASSIGN(value, get_attribute(interp_, value, part));
      }
      rest.remove_prefix(std::min(end + (item ? 1 : 0), rest.size()));
    }
    return value;
  }

  Result<Value> first(std::string_view head) {
    std::size_t index = next_;
    const bool number = head.find_first_not_of("0123456789") == std::string_view::npos;
    if (number && (head.empty() ? manual_ : next_ > 0)) {
      return type_error(
          "cannot switch from manual field specification to automatic field numbering");
    }
    manual_ |= number && !head.empty();
    if (!head.empty()) {
      if (head.size() > 9 || !number) {
        for (const auto& named : args_.named) {
          if (named.first == head) return Value(named.second);
        }
        return type_error(repr_string(head));
      }
      index = static_cast<std::size_t>(std::stoul(std::string(head)));
    } else {
      ++next_;
    }
    if (index >= args_.list.size()) {
      return type_error("tuple index out of range");
    }
    return Value(args_.list[index]);
  }

  Interp& interp_;
  Args& args_;
  bool escape_;
  std::size_t next_ = 0;
  bool manual_ = false;  ///< a field was given by its number
};

}  // namespace

Result<std::string> format_spec(Interp& interp, const Value& value, std::string_view text) {
  if (text.empty()) return to_str(interp, value);
  REALM_ASSIGN(const Spec spec, parse_spec(text));
  const std::size_t precision = spec.precision < 0 ? 0 : static_cast<std::size_t>(spec.precision);
  REALM_TRY(interp.charge_bytes(spec.width * spec.fill.size() + precision));
  if (value.is_number() && !(value.is(Kind::kBool) && spec.type == 0)) {
    return format_number(spec, value);
  }
  if (!value.is_string() && !value.is(Kind::kBool)) {
    return type_error(str("unsupported format string passed to ", type_name(value), ".__format__"));
  }
  if (spec.type != 0 && spec.type != 's') return unknown_code(spec.type, value);
  if (spec.align == '=' && spec.fill != "0") {
    return type_error("'=' alignment not allowed in string format specifier");
  }
  if (value.is(Kind::kBool)) return format_number(spec, Value(value.integer()));
  REALM_ASSIGN(std::string shown, to_str(interp, value));
  if (spec.precision >= 0) shown.resize(unicode::offset_of(shown, precision));
  const char align = spec.align == 0 || spec.align == '=' ? '<' : spec.align;
  return pad("", std::move(shown), spec.width, align, spec.fill);
}

Result<Value> format_braces(Interp& interp, const Value& format, Args& args) {
  REALM_TRY(interp.charge_bytes(format.string().size()));
  REALM_ASSIGN(std::string text, Braces(interp, args, format.safe()).run(format.string(), false));
  return Value::text(std::move(text), format.safe());
}

}  // namespace realm::jinja
