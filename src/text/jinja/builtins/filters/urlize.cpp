// urlize: links for what looks like an address, word by word (web_address.hpp).
#include <algorithm>
#include <set>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/builtins/filters/web_address.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++n;
  return n;
}

// What one of `parts` takes from the front of `text`, or from its end; empty when none fits.
std::string_view bracket(std::string_view text, std::initializer_list<std::string_view> parts,
                         bool front) {
  for (const std::string_view part : parts) {
    if (front ? text.starts_with(part) : text.ends_with(part)) return part;
  }
  return {};
}

struct Style {
  std::string attributes;  // with a blank in front, or empty
  std::optional<std::int64_t> limit;
  std::vector<std::string> schemes;

  std::string shortened(std::string_view url) const {
    const auto size = static_cast<std::int64_t>(unicode::length(url));
    if (!limit || size <= *limit) return std::string(url);
    const std::int64_t kept = *limit >= 0 ? *limit : std::max<std::int64_t>(0, size + *limit);
    return str(url.substr(0, unicode::offset_of(url, static_cast<std::size_t>(kept))), "...");
  }

  std::string link(const std::string& word) const {
    const std::u32string letters = unicode::decode(word);
    if (is_web_address(letters)) {
      const bool whole = word.starts_with("https://") || word.starts_with("http://");
      return str("<a href=\"", whole ? "" : "https://", word, "\"", attributes, ">",
                 shortened(word), "</a>");
    }
    constexpr std::string_view kMail = "mailto:";
    if (word.starts_with(kMail) &&
        is_mail_address(std::u32string_view(letters).substr(kMail.size()))) {
      return str("<a href=\"", word, "\">", word.substr(kMail.size()), "</a>");
    }
    if (word.find('@') != word.npos && !word.starts_with("www.") && word.find(':') == word.npos &&
        is_mail_address(letters)) {
      return str("<a href=\"mailto:", word, "\">", word, "</a>");
    }
    for (const std::string& scheme : schemes) {
      if (word != scheme && word.starts_with(scheme)) {
        return str("<a href=\"", word, "\"", attributes, ">", word, "</a>");
      }
    }
    return word;
  }
};

// Brackets and punctuation round an address are not part of it, unless they balance.
void append_word(std::string_view word, const Style& style, std::string& out) {
  std::size_t begin = 0, end = word.size();
  for (;;) {
    const auto part = bracket(word.substr(begin), {"(", "<", "&lt;"}, true);
    if (part.empty()) break;
    begin += part.size();
  }
  for (;;) {
    const auto part = bracket(word.substr(begin, end - begin), {")", ">", ".", ",", "&gt;"}, false);
    if (part.empty()) break;
    end -= part.size();
  }
  constexpr std::string_view kPairs[][2] = {{"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}};
  for (const auto& pair : kPairs) {
    const std::string_view middle = word.substr(begin, end - begin);
    const std::size_t opened = count(middle, pair[0]);
    if (opened <= count(middle, pair[1])) continue;
    for (std::size_t n = std::min(opened, count(word.substr(end), pair[1])); n > 0; --n) {
      end = word.find(pair[1], end) + pair[1].size();
    }
  }
  out.append(word.substr(0, begin));
  out += style.link(std::string(word.substr(begin, end - begin)));
  out.append(word.substr(end));
}

bool is_scheme(std::string_view text) {
  std::u32string letters = unicode::decode(text);
  for (int slash = 0; slash < 2 && letters.ends_with(U'/'); ++slash) letters.pop_back();
  if (!letters.ends_with(U':')) return false;
  letters.pop_back();
  const auto inside = [](char32_t c) {
    return unicode::is_word(c) || c == '.' || c == '+' || c == '-';
  };
  return letters.size() >= 2 && std::all_of(letters.begin(), letters.end(), inside);
}

Result<std::string> attributes_of(Interp& interp, const Value& rel, bool nofollow,
                                  const Value& target) {
  std::set<std::string> parts = {"noopener"};  // Jinja's policy
  if (nofollow) parts.insert("nofollow");
  if (!rel.missing() && truthy(rel)) {
    REALM_ASSIGN(const std::string text, to_str(interp, rel));
    std::string part;
    for (const char32_t c : unicode::decode(text)) {
      if (!unicode::is_space(c)) {
        unicode::append(part, c);
      } else if (!part.empty()) {
        parts.insert(std::exchange(part, {}));
      }
    }
    if (!part.empty()) parts.insert(part);
  }
  std::string joined;
  for (const std::string& part : parts) joined += (joined.empty() ? "" : " ") + part;
  std::string attributes = str(" rel=\"", escape_html(joined), "\"");
  if (!target.missing() && truthy(target)) {
    REALM_ASSIGN(const std::string text, to_str(interp, target));
    attributes += str(" target=\"", escape_html(text), "\"");
  }
  return attributes;
}

Result<Value> urlize(Interp& interp, Args& args) {
  REALM_ASSIGN(const auto a,
               bind("do_urlize", args,
                    {"value", "trim_url_limit", "nofollow", "target", "rel", "extra_schemes"}, 1));
  Style style;
  if (!a[1].missing() && !a[1].is_none()) {
    if (!a[1].is_integer()) {
      return type_error(
          str("'>' not supported between instances of 'int' and '", type_name(a[1]), "'"));
    }
    style.limit = a[1].integer();
  }
  REALM_ASSIGN(style.attributes,
               attributes_of(interp, a[4], !a[2].missing() && truthy(a[2]), a[3]));
  if (!a[5].missing() && truthy(a[5])) {
    REALM_ASSIGN(const Value::List schemes, to_list(interp, a[5]));
    for (const Value& scheme : schemes) {
      if (!scheme.is_string()) {
        return type_error(
            str("expected string or bytes-like object, got '", type_name(scheme), "'"));
      }
      if (!is_scheme(scheme.string())) {
        return type_error(str(repr_string(scheme.string()), " is not a valid URI scheme prefix."));
      }
      style.schemes.push_back(scheme.string());
    }
  }
  REALM_ASSIGN(std::string text, to_str(interp, a[0]));
  if (!a[0].safe()) text = escape_html(text);
  REALM_TRY(interp.charge_bytes(8 * text.size()));
  std::string out;
  std::size_t word = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    if (!unicode::is_space(unicode::next(text, at))) continue;
    append_word(std::string_view(text).substr(word, here - word), style, out);
    out.append(text, here, at - here);
    word = at;
  }
  append_word(std::string_view(text).substr(word), style, out);
  REALM_TRY(interp.charge_bytes(out.size()));
  return Value::text(std::move(out), interp.autoescape());
}

}  // namespace

Native find_link_filter(std::string_view name) {
  static constexpr NativeEntry kTable[] = {{"urlize", urlize}};
  return find_native(kTable, name);
}

}  // namespace realm::jinja
