// format(value, spec): what stands behind the colon of a field, ">10" or "+,.2f".
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

}  // namespace realm::jinja
