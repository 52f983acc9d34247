// The prompt of `realm run`: from the command line, standard input, or a question.
#pragma once

#include <optional>
#include <string>

#include "cli/command.hpp"

namespace realm::cli {

/// `given`, with standard input appended when that is not a terminal: for a chat as a new paragraph
/// without its last line break, for `raw` text byte by byte. Without `given` on a terminal it asks.
/// kInvalidArgument when there is no prompt at all.
Result<std::string> gather_prompt(const std::optional<std::string>& given, bool raw, Host& host);

}  // namespace realm::cli
