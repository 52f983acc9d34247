// urlize: links for what looks like an address, word by word. What looks like one is Jinja's two
// patterns; they are matched by hand here, each part where it can begin, without backtracking:
// linear in the word, but for its dots.
#include <algorithm>
#include <set>

#include "base/str.hpp"
#include "text/jinja/builtins/builtins.hpp"
#include "text/jinja/values/operators.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

using Text = std::u32string_view;

// Letters as (?i) sees them: some beyond ASCII fold to ASCII's.
bool is_letter(char32_t c, char lower) {
  const char32_t low = c >= 'A' && c <= 'Z' ? c + 32 : c;
  return low == static_cast<char32_t>(lower) || (lower == 's' && c == 0x17F) ||
         (lower == 'k' && c == 0x212A) || (lower == 'i' && (c == 0x130 || c == 0x131));
}
bool is_latin(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_letter(c, 's') ||
         is_letter(c, 'k') || is_letter(c, 'i');
}
bool is_hex(char32_t c) {
  return unicode::is_decimal(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_label(char32_t c) { return unicode::is_word(c) || c == '%' || c == '-'; }

// Matches the pattern of web addresses against a whole word, which has no white space in it.
class WebAddress {
 public:
  explicit WebAddress(Text word) : word_(word) {}

  bool matches() const {
    const std::size_t scheme = scheme_end();
    if (scheme > 0 && (host(scheme) || numbers(scheme) || bracketed(scheme))) return true;
    const std::size_t www = take(0, "www.");
    return (www > 0 && host(www)) || plain_domain();
  }

 private:
  char32_t at(std::size_t i) const { return i < word_.size() ? word_[i] : 0; }
  // Behind `letters` at `from`, any case of them; 0 when they are not there.
  std::size_t take(std::size_t from, std::string_view letters) const {
    for (const char letter : letters) {
      const bool same = letter >= 'a' && letter <= 'z' ? is_letter(at(from), letter)
                                                       : at(from) == static_cast<char32_t>(letter);
      if (!same) return 0;
      ++from;
    }
    return from;
  }
  std::size_t scheme_end() const {
    const std::size_t plain = take(0, "http://");
    return plain > 0 ? plain : take(0, "https://");
  }
  template <class Is>
  std::size_t run(std::size_t from, Is is) const {
    std::size_t end = from;
    while (end < word_.size() && is(word_[end])) ++end;
    return end - from;
  }

  // A port perhaps, a path perhaps, then the end.
  bool rest(std::size_t from) const {
    if (at(from) == ':' && from < word_.size()) {
      const std::size_t digits = run(from + 1, unicode::is_decimal);
      if (digits < 1 || digits > 5) return false;
      from += 1 + digits;
    }
    return from == word_.size() || at(from) == '/' || at(from) == '?' || at(from) == '#';
  }

  bool top_level(std::size_t from) const {
    const std::size_t letters = run(from, is_latin);
    if (letters >= 2 && letters <= 63 && rest(from + letters)) return true;
    const std::size_t coded = take(from, "xn--");
    if (coded == 0) return false;
    const std::size_t more = run(coded, [](char32_t c) { return unicode::is_word(c) || c == '%'; });
    return more >= 2 && more <= 59 && rest(coded + more);
  }

  // Labels with a dot behind each, as many as there are, then a top-level domain.
  bool host(std::size_t from) const {
    for (;;) {
      if (top_level(from)) return true;
      const std::size_t label = run(from, is_label);
      if (label == 0 || at(from + label) != '.') return false;
      from += label + 1;
    }
  }

  // Without a scheme only domains that are certain.
  bool plain_domain() const {
    for (std::size_t from = 0;;) {
      const std::size_t label = run(from, is_label);
      if (label < 2 || label > 63 || at(from + label) != '.') return false;
      from += label + 1;
      for (const char* name : {"com", "net", "int", "edu", "gov", "org", "info", "mil"}) {
        const std::size_t end = take(from, name);
        if (end > 0 && rest(end)) return true;
      }
    }
  }

  bool numbers(std::size_t from) const {
    for (int part = 0; part < 4; ++part) {
      if (part > 0 && at(from++) != '.') return false;
      const std::size_t digits = run(from, unicode::is_decimal);
      if (digits < 1 || digits > 3) return false;
      from += digits;
    }
    return rest(from);
  }

  // \[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}]
  bool bracketed(std::size_t from) const {
    if (at(from++) != '[') return false;
    for (int part = 0; part < 2; ++part) {
      const std::size_t digits = run(from, is_hex);
      if (digits > 4 || at(from + digits) != ':') return false;
      from += digits + 1;
    }
    std::set<std::size_t> ends = {from};
    for (int part = 0; part < 6; ++part) {
      std::set<std::size_t> next;
      for (const std::size_t begin : ends) {
        const std::size_t digits = std::min<std::size_t>(4, run(begin, is_hex));
        for (std::size_t end = begin; end <= begin + digits; ++end) {
          next.insert(end);
          if (at(end) == ':') next.insert(end + 1);
        }
      }
      ends = std::move(next);
      const auto closes = [this](std::size_t end) { return at(end) == ']' && rest(end + 1); };
      if (std::any_of(ends.begin(), ends.end(), closes)) return true;
    }
    return false;
  }

  Text word_;
};

// ^\S+@\w[\w.-]*\.\w+$
bool is_mail_address(Text word) {
  const std::size_t sign = word.rfind(U'@');
  if (sign == Text::npos || sign == 0) return false;
  const Text domain = word.substr(sign + 1);
  const std::size_t dot = domain.rfind(U'.');
  if (dot == Text::npos || dot == 0 || !unicode::is_word(domain[0])) return false;
  const Text end = domain.substr(dot + 1);
  const auto inside = [](char32_t c) { return unicode::is_word(c) || c == '.' || c == '-'; };
  return std::all_of(domain.begin(), domain.end(), inside) && !end.empty() &&
         std::all_of(end.begin(), end.end(), unicode::is_word);
}

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
    if (WebAddress(letters).matches()) {
      const bool whole = word.starts_with("https://") || word.starts_with("http://");
      return str("<a href=\"", whole ? "" : "https://", word, "\"", attributes, ">",
                 shortened(word), "</a>");
    }
    constexpr std::string_view kMail = "mailto:";
    if (word.starts_with(kMail) && is_mail_address(Text(letters).substr(kMail.size()))) {
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
