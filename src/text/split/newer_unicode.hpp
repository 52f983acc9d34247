// Lets a pattern matcher with older Unicode tables see newer characters.
//
// PCRE2 10.42 knows Unicode 14, the published tokenizers 16. A character that came in between, or
// changed its category, is shown to the matcher as a long known one of the same category and the
// same number of bytes: what it matches, and where, is then as it should be.
#pragma once

#include <string>
#include <string_view>

namespace realm {

/// `text` itself when it has no newer character, else `copy`, where they are replaced; of the same
/// size. Precondition: `text` is valid UTF-8.
std::string_view with_known_characters(std::string_view text, std::string& copy);

}  // namespace realm
