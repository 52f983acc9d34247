#include "ops/host.hpp"

#include <algorithm>
#include <limits>

#include "formats/decode.hpp"

namespace realm {
namespace {

class BorrowedBuffer final : public Buffer {
 public:
  BorrowedBuffer(void* address, size_t size_bytes) : Buffer(nullptr, address, size_bytes) {}
};

}  // namespace

HostTensor::HostTensor(Shape shape)
    : data_(static_cast<size_t>(shape.elems())),
      buffer_(std::make_unique<BorrowedBuffer>(data_.data(), data_.size() * sizeof(float))),
      view_(view_rows(buffer_.get(), Format::kF32, shape)) {}

std::vector<float> decode_row_of(const TensorView& view, int64_t r) {
  std::vector<float> out(static_cast<size_t>(view.cols()));
  const auto bytes = static_cast<size_t>(*row_bytes(view.format, out.size()));
  // check() has refused every format that decode_row would.
  if (!decode_row(view.format, {view.row<const std::byte>(r), bytes}, out)) {
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
  }
  return out;
}

}  // namespace realm
