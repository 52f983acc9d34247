// WeightMemory: one tensor after the other in large regions, so that the many weights below 2 MiB
// lie in huge pages too. Decoding reads every weight once a token: with 4 KiB pages the address
// translation of small tensors halves its speed.
// A region is freed with its last buffer. Thread-safe.
#pragma once

#include <memory>
#include <mutex>

#include "backend/device.hpp"

namespace realm::cpu {

class WeightMemory {
 public:
  Result<std::unique_ptr<Buffer>> allocate(Device* device, size_t size_bytes);

 private:
  std::mutex mutex_;
  std::shared_ptr<Buffer> region_;  // the one that is being filled
  size_t used_bytes_ = 0;
};

}  // namespace realm::cpu
