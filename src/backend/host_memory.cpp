#include "backend/host_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/str.hpp"

namespace realm {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

class HostBuffer final : public Buffer {
 public:
  HostBuffer(Device* device, void* address, size_t size_bytes, void* map, size_t map_bytes)
      : Buffer(device, address, size_bytes), map_(map), map_bytes_(map_bytes) {}
  ~HostBuffer() override { munmap(map_, map_bytes_); }

 private:
  void* map_;
  size_t map_bytes_;
};

Result<void> check_copy(const TensorView& view, size_t size_bytes) {
  const auto row = row_bytes(view.format, static_cast<uint64_t>(view.cols())).value_or(0);
  if (view.packing != Packing::kRows || (view.rows() > 1 && view.row_stride_bytes != row)) {
    return Error{Code::kInvalidArgument, "copy: the view is not contiguous rows"};
  }
  if (span_bytes(view) != size_bytes) {
    return Error{Code::kInvalidArgument, str("copy: ", size_bytes, " bytes for ", to_string(view),
                                             " of ", span_bytes(view), " bytes")};
  }
  if (view.offset_bytes + size_bytes > view.buffer->size_bytes()) {
    return Error{Code::kInvalidArgument, "copy: the view reaches outside its buffer"};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Buffer>> allocate_host(Device* device, size_t size_bytes) {
  const bool huge = size_bytes >= kHugePage;
  const size_t slack = huge ? kHugePage : 0;
  const size_t map_bytes = std::max<size_t>(size_bytes, 1) + slack;
  void* map = mmap(nullptr, map_bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (map == MAP_FAILED) {
    return Error{Code::kOutOfMemory, str("cannot allocate ", size_bytes, " bytes of host memory")};
  }
  void* address = map;
  if (huge) {
    const auto raw = reinterpret_cast<uintptr_t>(map);
    address = reinterpret_cast<void*>((raw + kHugePage - 1) / kHugePage * kHugePage);
    // Streaming weights through 2 MiB pages reads 12 % (2 threads) to 43 % (1 thread) faster on a
    // Zen 4 virtual machine, 2026-11-23; where the system has none, nothing is lost.
    madvise(address, size_bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
  }
  return std::unique_ptr<Buffer>(
      std::make_unique<HostBuffer>(device, address, size_bytes, map, map_bytes));
}

uint64_t host_memory_bytes() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || page_bytes <= 0) return 0;
  return static_cast<uint64_t>(pages) * static_cast<uint64_t>(page_bytes);
}

Result<void> copy_in(const TensorView& to, std::span<const std::byte> bytes) {
  REALM_TRY(check_copy(to, bytes.size()));
  if (!bytes.empty()) std::memcpy(to.row<void>(0), bytes.data(), bytes.size());
  return {};
}

Result<void> copy_out(const TensorView& from, std::span<std::byte> bytes) {
  REALM_TRY(check_copy(from, bytes.size()));
  if (!bytes.empty()) std::memcpy(bytes.data(), from.row<const void>(0), bytes.size());
  return {};
}

}  // namespace realm
