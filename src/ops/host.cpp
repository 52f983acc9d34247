#include "ops/host.hpp"

#include <algorithm>
#include <limits>

#include "base/half.hpp"
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

double load_element(Format format, const void* base, int64_t i) {
  if (format == Format::kF32) return static_cast<const float*>(base)[i];
  const uint16_t bits = static_cast<const uint16_t*>(base)[i];
  return format == Format::kF16 ? half_to_float(bits) : bfloat16_to_float(bits);
}

void store_element(Format format, void* base, int64_t i, double value) {
  const auto narrow = static_cast<float>(value);
  if (format == Format::kF32) {
    static_cast<float*>(base)[i] = narrow;
  } else {
    static_cast<uint16_t*>(base)[i] =
        format == Format::kF16 ? float_to_half(narrow) : float_to_bfloat16(narrow);
  }
}

}  // namespace realm
