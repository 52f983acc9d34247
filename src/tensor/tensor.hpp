// TensorView: what an op is told about a tensor. It owns nothing; a Buffer owns device memory.
//
// A buffer's address belongs to its device. Only that device's kernels may follow it: on a GPU it
// is no host address at all. Host code moves data with Stream::upload and Stream::download.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "realm/error.hpp"
#include "realm/format.hpp"
#include "tensor/shape.hpp"

namespace realm {

class Device;

/// Device memory, freed by its destructor. Thread-safe to read; contents are ordered by streams.
class Buffer {
 public:
  virtual ~Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  Device* device() const { return device_; }
  void* address() const { return address_; }  ///< in the device's own address space
  size_t size_bytes() const { return size_bytes_; }

 protected:
  Buffer(Device* device, void* address, size_t size_bytes)
      : device_(device), address_(address), size_bytes_(size_bytes) {}

 private:
  Device* device_;
  void* address_;
  size_t size_bytes_;
};

/// How the bytes behind a view are arranged.
enum class Packing : uint8_t {
  kRows,    ///< rows of blocks as GGUF stores them, `row_stride_bytes` apart
  kDevice,  ///< the device's own arrangement, made by Device::pack: no strides, no host meaning
};

struct TensorView {
  Buffer* buffer = nullptr;  ///< nullptr: an optional tensor that is absent
  size_t offset_bytes = 0;   ///< of element [0, ...] in the buffer
  Shape shape;
  size_t row_stride_bytes = 0;  ///< from one row to the next; rows themselves are contiguous
  Format format = Format::kF32;
  Packing packing = Packing::kRows;

  explicit operator bool() const { return buffer != nullptr; }
  int64_t rows() const { return shape.rows(); }
  int64_t cols() const { return shape.cols(); }

  /// Device address of row `r`; for kernels of the owning device only.
  template <class T>
  T* row(int64_t r) const {
    return reinterpret_cast<T*>(static_cast<std::byte*>(buffer->address()) + offset_bytes +
                                static_cast<size_t>(r) * row_stride_bytes);
  }

  /// The view of `count` rows from `first`: shape becomes [count, cols]. kRows only.
  TensorView slice_rows(int64_t first, int64_t count) const;
};

/// A contiguous view of rows at `offset_bytes` of `buffer`. Precondition: blocks divide the
/// columns.
TensorView view_rows(Buffer* buffer, Format format, Shape shape, size_t offset_bytes = 0);

/// Bytes that `view` spans in its buffer (kRows).
size_t span_bytes(const TensorView& view);

/// "Q4_1 [49152, 576]"
std::string to_string(const TensorView& view);

/// True when the byte ranges of two kRows views overlap.
bool overlap(const TensorView& a, const TensorView& b);

}  // namespace realm
