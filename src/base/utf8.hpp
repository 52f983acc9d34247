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

/// Bytes from `position` on that are whole characters.
size_t utf8_valid_run(std::string_view text, size_t position);

/// `text` with U+FFFD for each maximal ill-formed subpart.
std::string utf8_replace_invalid(std::string_view text);

}  // namespace realm
