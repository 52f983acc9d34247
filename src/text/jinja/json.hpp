// JSON text to values, as Python's json.loads reads it: dicts keep their order, the last of equal
// keys wins, NaN and Infinity are numbers. Integers beyond 64 bits are carried
// along as they are written (values/large_integer.hpp).
// Thread-safety: pure function.
#pragma once

#include <string_view>

#include "realm/error.hpp"
#include "text/jinja/values/value.hpp"

namespace realm::jinja {

/// Nesting is at most 512. The message of a failure names the byte offset.
Result<Value> read_json(std::string_view text);

}  // namespace realm::jinja
