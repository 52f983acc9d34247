// Filters between text and other notations: HTML, URLs, JSON.
#include <algorithm>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/methods/methods.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

Result<Value> escape(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("escape", args, {"s"}, 1));
  if (a[0].is_string() && a[0].safe()) return Value(a[0]);
  REALM_ASSIGN(const std::string text, to_str(interp, a[0]));
  return Value::markup(escape_html(text));
}

Result<Value> forceescape(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_forceescape", args, {"value"}, 1));
  REALM_ASSIGN(const std::string text, to_str(interp, a[0]));
  return Value::markup(escape_html(text));
}

Result<Value> safe(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_mark_safe", args, {"value"}, 1));
  REALM_ASSIGN(std::string text, to_str(interp, a[0]));
  return Value::markup(std::move(text));
}

// Tags and comments out, white space folded, entities of the five escaped characters back.
Result<Value> striptags(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_striptags", args, {"value"}, 1));
  REALM_ASSIGN(std::string text, to_str(interp, a[0]));
  const auto remove = [&](std::string_view open, std::string_view close) {
    std::string kept;
    std::size_t at = 0;
    for (;;) {
      const std::size_t start = text.find(open, at);
      const std::size_t end =
          start == std::string::npos ? start : text.find(close, start + open.size());
      kept.append(text, at, end == std::string::npos ? std::string::npos : start - at);
      if (end == std::string::npos) break;
      at = end + close.size();
    }
    text = std::move(kept);
  };
  remove("<!--", "-->");
  remove("<", ">");
  std::string folded;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::next(text, at);
    if (!unicode::is_space(c)) {
      unicode::append(folded, c);
    } else if (!folded.empty() && folded.back() != ' ') {
      folded += ' ';
    }
  }
  if (!folded.empty() && folded.back() == ' ') folded.pop_back();
  static constexpr std::string_view kEntities[][2] = {{"&lt;", "<"},   {"&gt;", ">"},
                                                      {"&#34;", "\""}, {"&quot;", "\""},
                                                      {"&#39;", "'"},  {"&amp;", "&"}};
  std::string out;
  for (std::size_t at = 0; at < folded.size();) {
    const auto* entity = std::find_if(
        std::begin(kEntities), std::end(kEntities),
        [&](const auto& pair) { return folded.compare(at, pair[0].size(), pair[0]) == 0; });
    if (entity == std::end(kEntities)) {
      out += folded[at++];
    } else {
      out += (*entity)[1];
      at += (*entity)[0].size();
    }
  }
  return Value(std::move(out));
}

Result<Value> xmlattr(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_xmlattr", args, {"d", "autospace"}, 1));
  if (!a[0].is_dict()) {
    if (a[0].is_undefined()) return type_error(a[0].undefined_message());
    return no_python_attribute(a[0], "items");
  }
  std::string out;
  for (const Dict::Entry& entry : a[0].dict().entries()) {
    if (entry.value.is_none() || entry.value.is_undefined()) continue;
    REALM_ASSIGN(const std::string key, to_str(interp, entry.key));
    if (key.find_first_of(" \t\n\r\f\v/>=") != std::string::npos) {
      return type_error(str("Invalid character in attribute name: ", repr_string(key)));
    }
    REALM_ASSIGN(const std::string value, to_str(interp, entry.value));
    if (!out.empty()) out += ' ';
    out += str(escape_html(key), "=\"", entry.value.safe() ? value : escape_html(value), "\"");
  }
  if (!out.empty() && (a[1].missing() || truthy(a[1]))) out = str(' ', out);
  return Value(std::move(out));
}

std::string quote_url(std::string_view text, bool query) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("_.-~").find(c) != std::string_view::npos ||
                       (c == '/' && !query);
    const auto byte = static_cast<unsigned char>(c);
    if (plain) {
      out += c;
    } else if (c == ' ' && query) {
      out += '+';
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

Result<Value> urlencode(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a, bind("do_urlencode", args, {"value"}, 1));
  const bool iterable = a[0].is_list() || a[0].is_tuple() || a[0].is_dict() ||
                        a[0].is_undefined() ||
                        (a[0].is(Kind::kDynamic) && a[0].dynamic().iterable());
  if (!iterable) {
    REALM_ASSIGN(const std::string text, to_str(interp, a[0]));
    return Value(quote_url(text, false));
  }
  Value::List pairs;
  if (a[0].is_dict()) {
    for (const Dict::Entry& entry : a[0].dict().entries()) {
      pairs.push_back(Value::tuple({entry.key, entry.value}));
    }
  } else {
    REALM_ASSIGN(pairs, to_list(interp, a[0]));
  }
  std::string out;
  for (const Value& pair : pairs) {
    REALM_ASSIGN(const Value::List parts, unpack(interp, pair, 2));
    REALM_ASSIGN(const std::string key, to_str(interp, parts[0]));
    REALM_ASSIGN(const std::string value, to_str(interp, parts[1]));
    if (!out.empty()) out += '&';
    out += str(quote_url(key, true), "=", quote_url(value, true));
  }
  return Value(std::move(out));
}

// transformers' tojson: json.dumps with its options, nothing escaped for HTML.
Result<Value> tojson(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a,
               bind("tojson", args, {"x", "ensure_ascii", "indent", "separators", "sort_keys"}, 1));
  JsonStyle style;
  style.ensure_ascii = !a[1].missing() && truthy(a[1]);
  style.sort_keys = !a[4].missing() && truthy(a[4]);
  if (!a[2].missing() && !a[2].is_none()) {
    if (a[2].is_string()) {
      style.indent = a[2].string();
    } else {
      REALM_ASSIGN(const std::size_t width, as_width(interp, a[2], 0));
      style.indent = std::string(width, ' ');
    }
    style.item_separator.assign(1, ',');
  }
  if (!a[3].missing() && !a[3].is_none()) {
    REALM_ASSIGN(const Value::List pair, unpack(interp, a[3], 2));
    if (!pair[0].is_string() || !pair[1].is_string()) {
      return type_error("separators must be two strings: between items, and behind a key");
    }
    style.item_separator = pair[0].string();
    style.key_separator = pair[1].string();
  }
  REALM_ASSIGN(std::string text, dump_json(interp, a[0], style));
  return Value(std::move(text));
}

}  // namespace

Native find_markup_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {
      {"e", escape},
      {"escape", escape},
      {"forceescape", forceescape},
      {"safe", safe},
      {"striptags", striptags},
      {"xmlattr", xmlattr},
      {"urlencode", urlencode},
      {"tojson", tojson},
  };
  return find_native(kTable, name);
}

}  // namespace realm::jinja
