// Help texts, made from the commands and their flags.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace realm::cli {

/// What `realm --help` prints.
std::string help_of_all(const std::vector<std::unique_ptr<Command>>& commands);

/// What `realm COMMAND --help` prints. `flags` are the command's, declared.
std::string help_of(const Command& command, const Flags& flags);

/// docs/cli.md.
std::string cli_page();

}  // namespace realm::cli
