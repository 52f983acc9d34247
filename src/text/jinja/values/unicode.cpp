#include "text/jinja/values/unicode.hpp"

#include <utf8proc.h>

namespace realm::jinja::unicode {
namespace {

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace

bool is_ascii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  }
  return true;
}

char32_t next(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0u) == 0x80u; };
  const unsigned first = byte(at);
  if (first < 0x80) return text[at++] & 0x7f;
  if (first >= 0xc2 && first < 0xe0 && tail(at + 1)) {
    at += 2;
    return ((first & 0x1fu) << 6) | (byte(at - 1) & 0x3fu);
  }
  if ((first & 0xf0u) == 0xe0 && tail(at + 1) && tail(at + 2)) {
    const char32_t c =
        ((first & 0xfu) << 12) | ((byte(at + 1) & 0x3fu) << 6) | (byte(at + 2) & 0x3fu);
    // Surrogates other than escaped bytes may come from "\ud800" in a template: carried along.
    if (c >= 0x800 && !(c >= 0xdc80 && c <= 0xdcff)) {
      at += 3;
      return c;
    }
  }
  if (first >= 0xf0 && first < 0xf5 && tail(at + 1) && tail(at + 2) && tail(at + 3)) {
    const char32_t c = ((first & 7u) << 18) | ((byte(at + 1) & 0x3fu) << 12) |
                       ((byte(at + 2) & 0x3fu) << 6) | (byte(at + 3) & 0x3fu);
    if (c >= 0x10000 && c <= 0x10ffff) {
      at += 4;
      return c;
    }
  }
  ++at;
  return 0xdc00 + first;
}

void append(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c >= 0xdc80 && c <= 0xdcff) {
    put(c - 0xdc00);
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

std::u32string decode(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) out.push_back(next(text, at));
  return out;
}

std::string encode(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char32_t c : text) append(out, c);
  return out;
}

std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) next(text, at);
  return count;
}

std::size_t offset_of(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  while (index-- > 0 && at < text.size()) next(text, at);
  return at;
}

bool is_space(char32_t c) {
  return (c >= 0x9 && c <= 0xd) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

bool is_line_break(char32_t c) {
  return (c >= 0xa && c <= 0xd) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}

bool is_alpha(char32_t c) {
  const auto k = category(c);
  return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO;
}
bool is_decimal(char32_t c) { return category(c) == UTF8PROC_CATEGORY_ND; }
int decimal_value(char32_t c) {
  // Decimal digits stand in runs of ten from zero to nine, some runs next to one another.
  char32_t first = c;
  while (first > 0 && is_decimal(first - 1)) --first;
  return static_cast<int>((c - first) % 10);
}
bool is_digit(char32_t c) { return is_decimal(c) || is_other_digit(c); }
bool is_numeric(char32_t c) {
  const auto k = category(c);
  return (k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO) || is_other_number(c);
}
bool is_alnum(char32_t c) { return is_alpha(c) || is_numeric(c); }
bool is_word(char32_t c) { return c == '_' || is_alnum(c); }
bool is_upper(char32_t c) {
  return category(c) == UTF8PROC_CATEGORY_LU || (c >= 0x2160 && c <= 0x216f) ||
         (c >= 0x24b6 && c <= 0x24cf);  // Other_Uppercase: Roman numerals, circled letters
}
bool is_lower(char32_t c) {
  return category(c) == UTF8PROC_CATEGORY_LL || c == 0xaa || c == 0xba ||
         (c >= 0x2b0 && c <= 0x2b8) || (c >= 0x2170 && c <= 0x217f) ||
         (c >= 0x24d0 && c <= 0x24e9);  // Other_Lowercase
}
bool is_title(char32_t c) { return category(c) == UTF8PROC_CATEGORY_LT; }

bool is_printable(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    case UTF8PROC_CATEGORY_ZS:
      return c == ' ';
    default:
      return true;
  }
}

bool is_identifier(std::string_view text) {
  if (text.empty()) return false;
  bool first = true;
  for (std::size_t at = 0; at < text.size(); first = false) {
    const char32_t c = next(text, at);
    const auto k = category(c);
    const bool start = c == '_' || is_alpha(c) || k == UTF8PROC_CATEGORY_NL;
    const bool inner = k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC ||
                       k == UTF8PROC_CATEGORY_ND || k == UTF8PROC_CATEGORY_PC;
    if (!start && (first || !inner)) return false;
  }
  return true;
}

std::string_view strip(std::string_view text, bool left, bool right) {
  if (left) {
    while (!text.empty()) {
      std::size_t at = 0;
      if (!is_space(next(text, at))) break;
      text.remove_prefix(at);
    }
  }
  if (!right) return text;
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 4 &&
           (static_cast<unsigned char>(text[start]) & 0xc0u) == 0x80u) {
      --start;
    }
    std::size_t at = start;
    if (!is_space(next(text, at)) || at != text.size()) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

}  // namespace realm::jinja::unicode
