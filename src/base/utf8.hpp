// UTF-8 as Unicode 15 section 3.9 defines it: no overlong forms, no surrogates, at most U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace realm {

/// What stands at a position of a byte string.
struct Utf8Step {
  size_t bytes = 0;      ///< of the character, or of the maximal ill-formed subpart; at least 1
  bool valid = false;    ///< a whole character
  bool cut_off = false;  ///< ill-formed only because the string ends: more bytes could complete it
};

/// Precondition: position < text.size().
Utf8Step utf8_step(std::string_view text, size_t position);

/// The code point of a whole character of `bytes` bytes. Precondition: utf8_step() said so.
char32_t utf8_decode(std::string_view text, size_t position, size_t bytes);

/// Precondition: `code_point` is at most U+10FFFF and no surrogate.
void utf8_append(char32_t code_point, std::string& out);

/// Bytes from `position` on that are whole characters.
size_t utf8_valid_run(std::string_view text, size_t position);

/// `text` with U+FFFD for each maximal ill-formed subpart.
std::string utf8_replace_invalid(std::string_view text);

}  // namespace realm
