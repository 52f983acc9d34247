// How much device memory a model will take, known before any of it is allocated.
#pragma once

#include <cstdint>
#include <string>

namespace realm {

struct MemoryPlan {
  uint64_t weight_bytes = 0;      ///< as stored in the file; a device may pad a little
  uint64_t mapped_bytes = 0;      ///< weights that stay in the file, not counted
  uint64_t cache_bytes = 0;       ///< keys and values: n_blocks pages
  uint64_t activation_bytes = 0;  ///< one arena for a step
  uint64_t device_bytes = 0;      ///< what the device has; 0: unknown
  uint64_t total() const { return weight_bytes + cache_bytes + activation_bytes; }
};

/// "weights 92.1 MiB + cache 180.0 MiB + activations 12.3 MiB = 284.4 MiB of 23.5 GiB"
std::string to_string(const MemoryPlan& plan);

}  // namespace realm
