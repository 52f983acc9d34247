#include "backend/cpu/weight_memory.hpp"

#include "backend/host_memory.hpp"

namespace realm::cpu {
namespace {

constexpr size_t kAlignment = 256;
// Pages that nothing was written to take no memory: what is left of a region costs nothing.
constexpr size_t kRegionBytes = size_t{64} << 20;
// Larger weights have their own: nothing is gained by sharing.
constexpr size_t kLargestShared = size_t{8} << 20;

class SharedBuffer final : public Buffer {
 public:
  SharedBuffer(Device* device, std::shared_ptr<Buffer> region, size_t offset, size_t size_bytes)
      : Buffer(device, static_cast<std::byte*>(region->address()) + offset, size_bytes),
        region_(std::move(region)) {}

 private:
  std::shared_ptr<Buffer> region_;
};

}  // namespace

Result<std::unique_ptr<Buffer>> WeightMemory::allocate(Device* device, size_t size_bytes) {
  if (size_bytes > kLargestShared) return allocate_host(device, size_bytes);
  const std::lock_guard lock(mutex_);
  if (region_ == nullptr || used_bytes_ + size_bytes > kRegionBytes) {
    REALM_ASSIGN(region_, allocate_host(device, kRegionBytes));
    used_bytes_ = 0;
  }
  auto buffer = std::make_unique<SharedBuffer>(device, region_, used_bytes_, size_bytes);
  used_bytes_ += (size_bytes + kAlignment - 1) / kAlignment * kAlignment;
  return std::unique_ptr<Buffer>(std::move(buffer));
}

}  // namespace realm::cpu
