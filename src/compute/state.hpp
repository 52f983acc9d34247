// What the handles of realm/compute.hpp share.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "backend/device.hpp"
#include "realm/compute.hpp"

namespace realm::compute {

/// One device and one stream; the mutex lets one call at a time in.
struct DeviceState {
  std::unique_ptr<realm::Device> device;
  std::unique_ptr<Stream> stream;
  std::mutex mutex;
  /// Memory that enqueued work may still use: a handle that goes must not free it before. Buffers,
  /// not tensors: those own the device.
  std::vector<std::shared_ptr<Buffer>> in_use;

  ~DeviceState();
  /// Waits for all work. The mutex is held.
  Result<void> sync();
  void use(const Tensor& tensor);
};

struct TensorState {
  std::shared_ptr<DeviceState> device;
  std::shared_ptr<Buffer> buffer;  ///< goes before the device
  TensorView view;                 ///< always of rank 2
  bool weight = false;             ///< of upload_weight(): what linear() and embed() take
};

/// The view as ops want it: vectors have one dimension.
inline TensorView matrix(const Tensor& t) { return t ? t.state()->view : TensorView{}; }
inline TensorView vector(const Tensor& t) {
  TensorView view = matrix(t);
  if (t && view.rows() == 1) view.shape = Shape{view.cols()};
  return view;
}

/// An uninitialized tensor of plain rows. The mutex is held.
Result<Tensor> make_tensor(const std::shared_ptr<DeviceState>& device, Format format, int64_t rows,
                           int64_t cols);

/// The device of all `tensors` that are there; an error when they differ or none is there.
Result<std::shared_ptr<DeviceState>> device_of(std::initializer_list<const Tensor*> tensors);

/// Checks `op` and enqueues it; `tensors` stay alive until it is done. The mutex is held.
template <class Op>
Result<void> enqueue(DeviceState& device, const Op& op,
                     std::initializer_list<const Tensor*> tensors) {
  REALM_TRY(check(op));
  device.stream->run(op);
  for (const Tensor* t : tensors) {
    device.use(*t);
  }
  // A long run of calls without a download must not keep everything alive.
  constexpr size_t kInUse = 1024;
  if (device.in_use.size() > kInUse) return device.sync();
  return {};
}

}  // namespace realm::compute
