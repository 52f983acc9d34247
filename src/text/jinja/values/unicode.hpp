// Text as Python's str sees it: a sequence of code points, kept as UTF-8 bytes.
// Bytes that are no UTF-8 decode to U+DC80..U+DCFF each and encode back to themselves (Python's
// "surrogateescape"), so nothing is lost on the way through a template.
// Character classes and case mappings follow Unicode through utf8proc; the mappings of one
// character to several are in unicode_table.cpp.
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace realm::jinja::unicode {

bool is_ascii(std::string_view text);
/// The code point at `at`, which moves behind it. Precondition: at < text.size().
char32_t next(std::string_view text, std::size_t& at);
void append(std::string& out, char32_t c);
std::u32string decode(std::string_view text);
std::string encode(std::u32string_view text);
/// Number of code points.
std::size_t length(std::string_view text);
/// Byte offset of code point `index`, at most text.size().
std::size_t offset_of(std::string_view text, std::size_t index);

bool is_space(char32_t c);
bool is_line_break(char32_t c);  ///< where str.splitlines() splits (CR LF is one)
bool is_alpha(char32_t c);
bool is_decimal(char32_t c);
bool is_digit(char32_t c);
int decimal_value(char32_t c);  ///< 0..9. Precondition: is_decimal(c)
bool is_numeric(char32_t c);
bool is_alnum(char32_t c);
bool is_word(char32_t c);  ///< \w
bool is_upper(char32_t c);
bool is_lower(char32_t c);
bool is_title(char32_t c);
bool is_printable(char32_t c);
bool is_identifier(std::string_view text);

std::string upper(std::string_view text);
std::string lower(std::string_view text);
std::string capitalize(std::string_view text);
std::string title(std::string_view text);
std::string swapcase(std::string_view text);
std::string casefold(std::string_view text);

/// Without leading / trailing white space.
std::string_view strip(std::string_view text, bool left = true, bool right = true);

/// The mapping of `c` when it is more than one character, else empty (SpecialCasing.txt, Unicode).
std::u32string_view special_upper(char32_t c);
std::u32string_view special_title(char32_t c);
/// Digits outside category Nd (superscripts, circled, ...), numbers outside N* (CJK numerals).
bool is_other_digit(char32_t c);
bool is_other_number(char32_t c);

}  // namespace realm::jinja::unicode
