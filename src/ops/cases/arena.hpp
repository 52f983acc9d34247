// Arena: the host tensors of one conformance case, filled with data that can hurt.
//
// Every byte that no view names (the gap after a strided row, an unwritten output, an empty cache
// page) is 0xff: a NaN in every float format and -1 in the integers, so that reading it shows.
// Allocations are exact, so that a sanitizer sees a reference reading past the end.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "ops/cases/rng.hpp"
#include "ops/op.hpp"

namespace realm {

/// The byte of everything unwritten.
constexpr unsigned char kPoisonByte = 0xff;

enum class Fill : uint8_t {
  kGaussian,
  kUniform,     ///< in [-1, 1)
  kOutliers,    ///< Gaussian; one element in 24 is 40 times as large
  kZeroBlocks,  ///< Gaussian, but half of all runs of 32 elements are zero
  kZeros,
  kTiny,      ///< Gaussian * 1e-20: squares underflow float
  kPositive,  ///< uniform in [0.5, 1.5): norm weights
  kPoison,    ///< NaN
};
/// The fills that activations cycle through.
constexpr Fill kActivationFills[] = {Fill::kGaussian,   Fill::kUniform, Fill::kOutliers,
                                     Fill::kZeroBlocks, Fill::kTiny,    Fill::kZeros};
constexpr Fill activation_fill(size_t i) {
  return kActivationFills[i % (sizeof(kActivationFills) / sizeof(Fill))];
}

class Arena {
 public:
  explicit Arena(uint64_t seed) : rng_(seed) {}

  Rng& rng() { return rng_; }

  /// F32 rows whose stride is `pad` elements larger than a row.
  TensorView floats(Shape shape, Fill fill, int64_t pad = 0);
  /// Poisoned F32 rows.
  TensorView output(Shape shape, int64_t pad = 0) { return floats(shape, Fill::kPoison, pad); }
  TensorView ints(Shape shape, std::span<const int32_t> values);
  /// A weight in any format; block formats get random bytes in every field, finite scales.
  TensorView weight(Format format, int64_t rows, int64_t cols);
  /// Pages full of poison.
  KvLayer cache(Format format, int32_t kv_heads, int32_t head_dim, int32_t block_tokens,
                int64_t n_blocks);

  /// Other contents for a tensor of this arena.
  void refill(const TensorView& view, Fill fill);
  static void set_ints(const TensorView& view, std::span<const int32_t> values);

  size_t n_buffers() const { return buffers_.size(); }
  std::span<std::byte> bytes(size_t i) const;
  /// Number of the buffer behind `view`.
  size_t index_of(const TensorView& view) const;

  /// The contents of all buffers, and back.
  std::vector<std::vector<std::byte>> snapshot() const;
  void restore(const std::vector<std::vector<std::byte>>& contents);

 private:
  TensorView allocate(Format format, Shape shape, int64_t pad_bytes);

  Rng rng_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
};

}  // namespace realm
