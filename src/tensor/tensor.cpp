#include "tensor/tensor.hpp"

#include "base/str.hpp"

namespace realm {

std::string to_string(const Shape& shape) {
  std::string out = "[";
  for (int i = 0; i < shape.rank(); ++i) out += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return out + "]";
}

TensorView TensorView::slice_rows(int64_t first, int64_t count) const {
  TensorView out = *this;
  out.offset_bytes += static_cast<size_t>(first) * row_stride_bytes;
  out.shape = Shape{count, cols()};
  return out;
}

TensorView view_rows(Buffer* buffer, Format format, Shape shape, size_t offset_bytes) {
  const auto stride = row_bytes(format, static_cast<uint64_t>(shape.cols())).value_or(0);
  return TensorView{.buffer = buffer,
                    .offset_bytes = offset_bytes,
                    .shape = shape,
                    .row_stride_bytes = static_cast<size_t>(stride),
                    .format = format,
                    .packing = Packing::kRows};
}

size_t span_bytes(const TensorView& view) {
  if (view.rows() == 0) return 0;
  const auto row = row_bytes(view.format, static_cast<uint64_t>(view.cols())).value_or(0);
  return static_cast<size_t>(view.rows() - 1) * view.row_stride_bytes + static_cast<size_t>(row);
}

std::string to_string(const TensorView& view) {
  if (!view) return "absent";
  return str(info(view.format).name, " ", to_string(view.shape));
}

bool overlap(const TensorView& a, const TensorView& b) {
  if (!a || !b || a.buffer != b.buffer) return false;
  return a.offset_bytes < b.offset_bytes + span_bytes(b) &&
         b.offset_bytes < a.offset_bytes + span_bytes(a);
}

}  // namespace realm
