// str() and repr() of Python, and markupsafe's escape().
#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/str.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_hex(std::string& out, char32_t c, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[(c >> shift) & 15];
}

Result<void> append_repr(Interp& interp, std::string& out, const Value& value);

Result<void> append_items(Interp& interp, std::string& out, const Value& value) {
  const bool list = value.is_list();
  out += list ? "[" : "(";
  for (std::size_t i = 0; i < value.items().size(); ++i) {
    if (i > 0) out += ", ";
    REALM_TRY(append_repr(interp, out, value.items()[i]));
  }
  if (!list && value.items().size() == 1) out += ",";
  out += list ? "]" : ")";
  return {};
}

Result<void> append_dict(Interp& interp, std::string& out, const Value& value) {
  out += "{";
  bool first = true;
  for (const Dict::Entry& entry : value.dict().entries()) {
    if (!first) out += ", ";
    first = false;
    REALM_TRY(append_repr(interp, out, entry.key));
    out += ": ";
    REALM_TRY(append_repr(interp, out, entry.value));
  }
  out += "}";
  return {};
}

Result<void> append_container(Interp& interp, std::string& out, const Value& value) {
  auto& open = interp.printing();
  if (std::find(open.begin(), open.end(), value.node()) != open.end()) {
    out += value.is_dict() ? "{...}" : value.is_list() ? "[...]" : "(...)";
    return {};
  }
  const Interp::Depth depth(interp);
  REALM_TRY(depth.ok);
  open.push_back(value.node());
  Result<void> done =
      value.is_dict() ? append_dict(interp, out, value) : append_items(interp, out, value);
  open.pop_back();
  return done;
}

Result<void> append_repr(Interp& interp, std::string& out, const Value& value) {
  REALM_TRY(interp.charge(2));
  switch (value.kind()) {
    case Kind::kMissing:
      return {};
    case Kind::kUndefined:
      out += "Undefined";
      return {};
    case Kind::kNone:
      out += "None";
      return {};
    case Kind::kBool:
      out += value.boolean() ? "True" : "False";
      return {};
    case Kind::kInt:
      out += std::to_string(value.integer());
      return {};
    case Kind::kFloat:
      out += format_float(value.number());
      return {};
    case Kind::kString: {
      REALM_TRY(interp.charge_bytes(value.string().size()));
      const std::string text = repr_string(value.string());
      out += value.safe() ? str("Markup(", text, ")") : text;
      return {};
    }
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kDict:
      return append_container(interp, out, value);
    case Kind::kDynamic: {
      const Interp::Depth depth(interp);
      REALM_TRY(depth.ok);
      REALM_ASSIGN(const std::string text, value.dynamic().repr(interp));
      out += text;
      return {};
    }
  }
  return {};
}

}  // namespace

Result<std::string> repr(Interp& interp, const Value& value) {
  std::string out;
  REALM_TRY(append_repr(interp, out, value));
  REALM_TRY(interp.charge_bytes(out.size()));
  return out;
}

Result<std::string> to_str(Interp& interp, const Value& value) {
  if (value.is_string()) {
    REALM_TRY(interp.charge_bytes(value.string().size()));
    return value.string();
  }
  if (value.is_undefined()) return std::string();
  return repr(interp, value);
}

std::string repr_string(std::string_view text) {
  const bool single = text.find('\'') != std::string_view::npos;
  const char quote = single && text.find('"') == std::string_view::npos ? '"' : '\'';
  std::string out(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::next(text, at);
    if (c == static_cast<char32_t>(quote) || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7f) {
      out += "\\x";
      append_hex(out, c, 2);
    } else if (c < 0x7f || unicode::is_printable(c)) {
      unicode::append(out, c);
    } else {
      out += c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U";
      append_hex(out, c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8);
    }
  }
  out += quote;
  return out;
}

std::string escape_non_ascii(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::next(text, at);
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U";
      append_hex(out, c, c < 0x100 ? 2 : c < 0x10000 ? 4 : 8);
    }
  }
  return out;
}

std::string format_float(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  // The shortest digits that read back, as d.ddde+xx; then laid out by Python's rule: positional
  // for exponents -4 .. 15.
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  std::string out;
  if (text[0] == '-') {
    out.assign(1, '-');
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::string_view written = text.substr(e + (text[e + 1] == '+' ? 2 : 1));
  std::from_chars(written.data(), written.data() + written.size(), exponent);
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  const int count = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (count > 1) out += str('.', digits.substr(1));
    const int size = exponent < 0 ? -exponent : exponent;
    return out + str(exponent < 0 ? "e-" : "e+", size < 10 ? "0" : "", size);
  }
  if (exponent < 0) {
    return str(out, "0.", std::string(static_cast<std::size_t>(-exponent - 1), '0'), digits);
  }
  if (count <= exponent + 1) {
    return str(out, digits, std::string(static_cast<std::size_t>(exponent + 1 - count), '0'), ".0");
  }
  const auto point = static_cast<std::size_t>(exponent + 1);
  return str(out, digits.substr(0, point), ".", digits.substr(point));
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&#34;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace realm::jinja
