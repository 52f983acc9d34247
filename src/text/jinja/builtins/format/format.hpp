// The two ways in which Python formats text: "%s" % x and "{}".format(x).
#pragma once

#include <string>
#include <string_view>

#include "realm/error.hpp"
#include "text/jinja/values/dynamic.hpp"

namespace realm::jinja {

/// `format % values`; values is a tuple, a dict, or one value. Escaped when format is safe.
Result<Value> format_percent(Interp& interp, const Value& format, const Value& values);
/// format.format(*args, **named). Of safe text: what joins it is escaped.
Result<Value> format_braces(Interp& interp, const Value& format, Args& args);
/// format(value, spec): the mini-language behind the colon.
Result<std::string> format_spec(Interp& interp, const Value& value, std::string_view spec);

// Shared by both. `precision` < 0: the default of the conversion (f F e E g G).
std::string format_real(double value, char conversion, int precision, bool alternate);
std::string group_thousands(std::string digits, char separator);
/// Text in a field: align is one of < > ^ =, `sign` the part that = keeps in front.
std::string pad(std::string sign, std::string body, std::size_t width, char align,
                std::string_view fill);

}  // namespace realm::jinja
