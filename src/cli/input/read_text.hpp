// Text that a command works on: a file's, or standard input's.
#pragma once

#include <string>

#include "cli/command.hpp"

namespace realm::cli {

/// The bytes of file `path` as they are; "-" is standard input. Errors: kNotFound.
Result<std::string> read_text(const std::string& path, Host& host);

}  // namespace realm::cli
