// Host-side helpers of the references: plain reads of views whose buffers the host can touch.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "ops/op.hpp"

namespace realm {

/// Row `r` of a kRows view in any decodable format, as the float32 values of its format.
std::vector<float> decode_row_of(const TensorView& view, int64_t r);

/// F32 rows in host memory that a reference needs for a while.
class HostTensor {
 public:
  explicit HostTensor(Shape shape);
  const TensorView& view() const { return view_; }

 private:
  std::vector<float> data_;
  std::unique_ptr<Buffer> buffer_;
  TensorView view_;
};

}  // namespace realm
