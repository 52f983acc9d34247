#include "realm/error.hpp"

namespace realm {

const char* to_string(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return "invalid argument";
    case Code::kNotFound:
      return "not found";
    case Code::kCorruptFile:
      return "corrupt file";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kOutOfMemory:
      return "out of memory";
    case Code::kDeviceLost:
      return "device lost";
    case Code::kCancelled:
      return "cancelled";
    case Code::kBusy:
      return "busy";
    case Code::kInternal:
      return "internal error";
  }
  return "unknown error";
}

}  // namespace realm
