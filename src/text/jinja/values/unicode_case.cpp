// Upper, lower and title case as Python's str has them: by utf8proc, and where a character becomes
// several by unicode_table.cpp.
#include <utf8proc.h>

#include "text/jinja/values/unicode.hpp"

namespace realm::jinja::unicode {
namespace {

char32_t simple(utf8proc_int32_t (*map)(utf8proc_int32_t), char32_t c) {
  return static_cast<char32_t>(map(static_cast<utf8proc_int32_t>(c)));
}

void append_upper(std::string& out, char32_t c) {
  if (const auto special = special_upper(c); !special.empty()) {
    out += encode(special);
  } else {
    append(out, simple(utf8proc_toupper, c));
  }
}

void append_title(std::string& out, char32_t c) {
  if (const auto special = special_title(c); !special.empty()) {
    out += encode(special);
  } else {
    append(out, simple(utf8proc_totitle, c));
  }
}

bool is_cased(char32_t c) { return is_upper(c) || is_lower(c) || is_title(c); }

// Characters that do not end a word for the final sigma: marks, format, and word-inner punctuation.
bool is_case_ignorable(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return c == '\'' || c == '.' || c == ':' || c == 0xb7 || c == 0x2018 || c == 0x2019 ||
             c == 0x2024 || c == 0x2027;
  }
}

// A capital sigma is lowered to its final form after a cased letter and before none.
bool is_final_sigma(std::u32string_view text, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

void append_lower(std::string& out, std::u32string_view text, std::size_t at) {
  const char32_t c = text[at];
  if (c == 0x3a3) {
    append(out, is_final_sigma(text, at) ? 0x3c2 : 0x3c3);
  } else if (c == 0x130) {  // the only capital with a lower case of two characters
    out += "i\u0307";
  } else {
    append(out, simple(utf8proc_tolower, c));
  }
}

}  // namespace

std::string upper(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_upper(out, next(text, at));
  return out;
}

std::string lower(std::string_view text) {
  const std::u32string wide = decode(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < wide.size(); ++i) append_lower(out, wide, i);
  return out;
}

std::string capitalize(std::string_view text) {
  const std::u32string wide = decode(text);
  std::string out;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    if (i == 0) {
      append_title(out, wide[0]);
    } else {
      append_lower(out, wide, i);
    }
  }
  return out;
}

std::string title(std::string_view text) {
  const std::u32string wide = decode(text);
  std::string out;
  bool after_cased = false;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    if (after_cased) {
      append_lower(out, wide, i);
    } else {
      append_title(out, wide[i]);
    }
    after_cased = is_cased(wide[i]);
  }
  return out;
}

std::string swapcase(std::string_view text) {
  const std::u32string wide = decode(text);
  std::string out;
  for (std::size_t i = 0; i < wide.size(); ++i) {
    if (is_upper(wide[i])) {
      append_lower(out, wide, i);
    } else if (is_lower(wide[i])) {
      append_upper(out, wide[i]);
    } else {
      append(out, wide[i]);
    }
  }
  return out;
}

std::string casefold(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next(text, at);
    utf8proc_int32_t folded[4];
    int boundary = 0;
    const auto n = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), folded, 4,
                                           UTF8PROC_CASEFOLD, &boundary);
    if (n <= 0 || n > 4) {
      append(out, c);
      continue;
    }
    for (utf8proc_ssize_t i = 0; i < n; ++i) append(out, static_cast<char32_t>(folded[i]));
  }
  return out;
}

}  // namespace realm::jinja::unicode
