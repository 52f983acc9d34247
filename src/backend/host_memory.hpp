// Buffers in host memory, shared by the backends that run on the host.
#pragma once

#include <memory>

#include "backend/device.hpp"

namespace realm {

/// Aligned to 4096 bytes; large ones ask the system for huge pages. Zero bytes are allowed.
Result<std::unique_ptr<Buffer>> allocate_host(Device* device, size_t size_bytes);

/// Bytes of physical memory, 0 if unknown.
uint64_t host_memory_bytes();

/// Copies of a host stream: plain rows, contiguous. The error names the mismatch.
Result<void> copy_in(const TensorView& to, std::span<const std::byte> bytes);
Result<void> copy_out(const TensorView& from, std::span<std::byte> bytes);

}  // namespace realm
