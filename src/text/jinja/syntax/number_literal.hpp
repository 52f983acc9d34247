// Numbers in a template: 42, 1_000, 0x1f, 0b101, 0o17, 1.5, 1e-3.
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "text/jinja/syntax/token.hpp"

namespace realm::jinja {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct NumberLiteral {
  Token token;
  std::size_t end = 0;  ///< behind it
  std::string error;    ///< empty: there is none
};

/// Precondition: a digit stands at `at`.
NumberLiteral read_number(std::string_view source, std::size_t at);

}  // namespace realm::jinja
