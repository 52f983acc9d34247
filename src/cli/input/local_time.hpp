// A point of local time on the command line, for templates that write today's date.
#pragma once

#include <string_view>

#include "realm/error.hpp"
#include "text/jinja/limits.hpp"

namespace realm::cli {

/// "2024-07-26", "2024-07-26 13:05", "2024-07-26T13:05:09" or "2024-07-26 13:05:09.001234"; what is
/// left out is 0. kInvalidArgument when it is no such text or no such day.
Result<jinja::LocalTime> parse_local_time(std::string_view text);

}  // namespace realm::cli
