// Python's int(text), float(text) and round().
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "realm/error.hpp"
#include "text/jinja/values/value.hpp"

namespace realm::jinja {

/// Blanks around, a sign, single underscores between digits; base 0 or a matching prefix 0x 0o 0b.
std::optional<std::int64_t> parse_integer(std::string_view text, std::int64_t base);
std::optional<double> parse_float(std::string_view text);

/// To `precision` decimals, exact ties of the binary value to even.
double round_float(double value, std::int64_t precision);
Result<Value> round_integer(std::int64_t value, std::int64_t precision);

}  // namespace realm::jinja
