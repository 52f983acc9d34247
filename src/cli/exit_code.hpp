// What the process returns. One mapping for all commands.
#pragma once

#include "realm/error.hpp"

namespace realm::cli {

enum ExitCode : int {
  kExitOk = 0,
  kExitFailure = 1,
  kExitUsage = 2,
  kExitNotFound = 3,
  kExitInvalidModel = 4,
  kExitOutOfMemory = 5,
  kExitInterrupted = 130,  // 128 + SIGINT, as shells count
};

ExitCode exit_code(Code code);

}  // namespace realm::cli
