// RemoteDevice: a device whose memory the host cannot touch, for tests. It runs the kernels of a
// host device, but keeps every buffer in pages without access rights, opened only while the
// stream's own worker thread executes something that names them. Work starts no earlier than
// sync(): a host that reads a result early, follows a buffer's address or drops what it uploaded
// too soon is found out by a fault or by wrong bits, as it would be on a GPU.
//
// Thread-safety: as Device demands. While work runs, its buffers are open to the whole process:
// the protection is per page, not per thread.
#pragma once

#include <atomic>
#include <memory>

#include "backend/device.hpp"

namespace realm {

class RemoteDevice final : public Device {
 public:
  /// `inner` must run on the host and give every buffer whole pages of its own (allocate_host
  /// does); buffers that are not page-aligned are refused.
  explicit RemoteDevice(std::unique_ptr<Device> inner);
  ~RemoteDevice() override;

  const DeviceInfo& info() const override { return info_; }
  const KernelTable& kernels() const override { return kernels_; }
  Result<std::unique_ptr<Buffer>> allocate(size_t size_bytes, BufferUse use) override;
  Result<std::unique_ptr<Stream>> stream() override;
  Result<void> supports_weight(Format format) const override;
  Result<Weight> pack(const WeightSpec& spec, const RowReader& read) override;
  Result<void> unpack(const TensorView& packed, int64_t first, int64_t count,
                      std::span<std::byte> out) override;

  /// Pages without access rights at this moment.
  uint64_t protected_pages() const;

 private:
  struct Pages;
  class RemoteBuffer;
  class RemoteStream;
  class Opened;

  Result<std::unique_ptr<Buffer>> protect(std::unique_ptr<Buffer> inner, bool owner);
  template <class Op>
  static Result<void> forward(Stream& stream, const Op& op);

  std::unique_ptr<Device> inner_;
  std::unique_ptr<Pages> pages_;
  DeviceInfo info_;
  KernelTable kernels_;
};

std::unique_ptr<RemoteDevice> make_remote_device(std::unique_ptr<Device> inner);

}  // namespace realm
