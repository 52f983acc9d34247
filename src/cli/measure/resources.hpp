// What the process has used, and where it runs.
#pragma once

#include <cstdint>
#include <string>

namespace realm::cli {

uint64_t peak_memory_bytes();  ///< largest resident set so far
std::string processor_name();  ///< "AMD EPYC 9R14"; the machine's kind where the system is silent
int processor_count();         ///< that this process may run on
std::string utc_now();         ///< "2026-11-24T08:00:00Z"

}  // namespace realm::cli
