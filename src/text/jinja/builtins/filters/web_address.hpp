// What looks like an address is Jinja's two patterns. They are matched by hand, each part where it
// can begin, without backtracking: linear in the word, but for its dots. Thread-safety: pure
// functions.
#pragma once

#include <string_view>

namespace realm::jinja {

/// Whether a whole word, which has no white space in it, is the address of a page.
bool is_web_address(std::u32string_view word);

/// ^\S+@\w[\w.-]*\.\w+$
bool is_mail_address(std::u32string_view word);

}  // namespace realm::jinja
