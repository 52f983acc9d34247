#include "cli/exit_code.hpp"

namespace realm::cli {

ExitCode exit_code(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return kExitUsage;
    case Code::kNotFound:
      return kExitNotFound;
    case Code::kCorruptFile:
    case Code::kUnsupported:  // a model that this build cannot run
      return kExitInvalidModel;
    case Code::kOutOfMemory:
      return kExitOutOfMemory;
    case Code::kCancelled:
      return kExitInterrupted;
    case Code::kBusy:
    case Code::kDeviceLost:
    case Code::kInternal:
      return kExitFailure;
  }
  return kExitFailure;
}

}  // namespace realm::cli
