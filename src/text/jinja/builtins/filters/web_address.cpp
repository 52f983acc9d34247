#include "text/jinja/builtins/filters/web_address.hpp"

#include <algorithm>
#include <cstddef>
#include <set>

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

}  // namespace

bool is_web_address(std::u32string_view word) { return WebAddress(word).matches(); }

bool is_mail_address(std::u32string_view word) {
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

}  // namespace realm::jinja
