#include "ops/cases/arena.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "ops/cases/random_weight.hpp"

namespace realm {

namespace {

class HostBytes final : public Buffer {
 public:
  HostBytes(std::unique_ptr<std::byte[]> bytes, size_t size_bytes)
      : Buffer(nullptr, bytes.get(), size_bytes), bytes_(std::move(bytes)) {
    std::memset(bytes_.get(), kPoisonByte, size_bytes);
  }

 private:
  std::unique_ptr<std::byte[]> bytes_;
};

double draw(Rng& rng, Fill fill, int64_t i, bool& zero_block) {
  switch (fill) {
    case Fill::kGaussian:
      return rng.gaussian();
    case Fill::kUniform:
      return rng.uniform(-1, 1);
    case Fill::kOutliers:
      return rng.gaussian() * (rng.below(24) == 0 ? 40.0 : 1.0);
    case Fill::kZeroBlocks:
      if (i % 32 == 0) zero_block = rng.below(2) == 0;
      return zero_block ? 0.0 : rng.gaussian();
    case Fill::kZeros:
      return 0.0;
    case Fill::kTiny:
      return rng.gaussian() * 1e-20;
    case Fill::kPositive:
      return rng.uniform(0.5, 1.5);
    case Fill::kPoison:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

TensorView Arena::allocate(Format format, Shape shape, int64_t pad_bytes) {
  TensorView view = view_rows(nullptr, format, shape);
  view.row_stride_bytes += static_cast<size_t>(pad_bytes);
  const size_t size_bytes = span_bytes(view);
  buffers_.push_back(
      std::make_unique<HostBytes>(std::make_unique<std::byte[]>(size_bytes), size_bytes));
  view.buffer = buffers_.back().get();
  return view;
}

TensorView Arena::floats(Shape shape, Fill fill, int64_t pad) {
  const TensorView view = allocate(Format::kF32, shape, pad * int64_t{sizeof(float)});
  if (fill != Fill::kPoison) refill(view, fill);
  return view;
}

void Arena::refill(const TensorView& view, Fill fill) {
  for (int64_t r = 0; r < view.rows(); ++r) {
    auto* row = view.row<float>(r);
    bool zero_block = false;
    for (int64_t c = 0; c < view.cols(); ++c) {
      row[c] = static_cast<float>(draw(rng_, fill, c, zero_block));
    }
  }
}

TensorView Arena::ints(Shape shape, std::span<const int32_t> values) {
  const TensorView view = allocate(Format::kI32, shape, 0);
  set_ints(view, values);
  return view;
}

void Arena::set_ints(const TensorView& view, std::span<const int32_t> values) {
  std::copy(values.begin(), values.end(), view.row<int32_t>(0));
}

TensorView Arena::weight(Format format, int64_t rows, int64_t cols) {
  const TensorView view = allocate(format, Shape{rows, cols}, 0);
  fill_random_weight(rng_, format, bytes(buffers_.size() - 1));
  return view;
}

KvLayer Arena::cache(Format format, int32_t kv_heads, int32_t head_dim, int32_t block_tokens,
                     int64_t n_blocks) {
  const Shape shape{n_blocks, int64_t{kv_heads} * block_tokens * head_dim};
  return KvLayer{.k = allocate(format, shape, 0),
                 .v = allocate(format, shape, 0),
                 .kv_heads = kv_heads,
                 .head_dim = head_dim,
                 .block_tokens = block_tokens};
}

std::span<std::byte> Arena::bytes(size_t i) const {
  return {static_cast<std::byte*>(buffers_[i]->address()), buffers_[i]->size_bytes()};
}

size_t Arena::index_of(const TensorView& view) const {
  const auto at = std::find_if(buffers_.begin(), buffers_.end(),
                               [&](const auto& buffer) { return buffer.get() == view.buffer; });
  return static_cast<size_t>(at - buffers_.begin());
}

std::vector<std::vector<std::byte>> Arena::snapshot() const {
  std::vector<std::vector<std::byte>> out;
  for (size_t i = 0; i < n_buffers(); ++i) out.emplace_back(bytes(i).begin(), bytes(i).end());
  return out;
}

void Arena::restore(const std::vector<std::vector<std::byte>>& contents) {
  for (size_t i = 0; i < contents.size(); ++i) {
    std::copy(contents[i].begin(), contents[i].end(), bytes(i).begin());
  }
}

}  // namespace realm
