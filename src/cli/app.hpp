// The program: finds the command, parses its flags, runs it, and turns its outcome into a message
// and an exit code.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace realm::cli {

/// `words` without the program's name. Returns the exit code; never throws.
int run_app(const std::vector<std::string>& words, Host& host);

}  // namespace realm::cli
