// How fast this machine reads and multiplies.
#pragma once

#include <string_view>

#include "backend/ceilings.hpp"

namespace realm {

/// With the kernels called `variant`. kOutOfMemory where there is none to read, kUnsupported where
/// the machine lacks the instruction set.
Result<Ceilings> measure_cpu_ceilings(std::string_view variant, int threads);

}  // namespace realm
