// Workbench: memory, weights and a clock for single ops on a device.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "backend/device.hpp"
#include "realm/error.hpp"

namespace realm::cli {

class Workbench {
 public:
  static Result<Workbench> create(Device& device, int32_t repetitions);

  Device& device() const { return *device_; }
  Stream& stream() { return *stream_; }

  /// Random values of about 1; views live as long as the Workbench, or until clear().
  Result<TensorView> floats(int64_t rows, int64_t cols);
  Result<TensorView> ids(int64_t rows, int64_t cols, const std::vector<int32_t>& values);
  Result<TensorView> weight(Format format, int64_t rows, int64_t cols, WeightUse use);
  Result<TensorView> memory(Format format, int64_t rows, int64_t cols);
  void clear() { buffers_.clear(); }

  /// Seconds of one of `count` calls, run(0) ... run(count - 1), which are to be of different
  /// memory; the median of the repetitions, each long enough for the clock.
  Result<double> seconds(size_t count, const std::function<void(size_t)>& run);

 private:
  Workbench(Device& device, std::unique_ptr<Stream> stream, int32_t repetitions)
      : device_(&device), stream_(std::move(stream)), repetitions_(repetitions) {}
  Result<double> timed(size_t calls, size_t count, const std::function<void(size_t)>& run);

  Device* device_;
  std::unique_ptr<Stream> stream_;
  int32_t repetitions_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  uint64_t seed_ = 1;
};

}  // namespace realm::cli
