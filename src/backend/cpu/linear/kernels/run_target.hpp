// What goes on around the groups of a run: sums that begin at zero, wait, and are stored at the
// end, and memory that is fetched before it is needed.
#pragma once

#include "backend/cpu/linear/kernels/isa.hpp"
#include "backend/cpu/linear/kernels/target.hpp"
#include "backend/cpu/linear/kernels/unroll.hpp"

namespace realm::cpu::REALM_ISA {

/// One panel of kTiles tiles from `row` on; sums of a group lie as [tile][column][row].
template <int kTiles>
class RunSums {
 public:
  /// `next`: what the next panel is made of, `share` bytes of it a group, in tiles `stride` apart.
  REALM_KERNEL RunSums(const Target& target, int64_t row, bool is_first, bool is_last,
                       const uint8_t* next, int64_t stride, int64_t share)
      : target_(target),
        row_(row),
        is_first_(is_first),
        is_last_(is_last),
        next_(next),
        stride_(stride),
        lines_((share + 63) / 64) {}

  /// Before a group of `n` columns.
  REALM_KERNEL void begin(float* acc, int n) {
    for (int64_t i = 0; i < lines_; ++i, next_ += 64) {
      for (int t = 0; t < kTiles; ++t) __builtin_prefetch(next_ + t * stride_);
    }
    if (is_first_) {
      for (int i = 0; i < n * kTiles; ++i) Isa::store(acc + i * Isa::kRows, Isa::zero());
    }
    if (!is_last_) return;
    for (int j = 0; j < n; ++j) {  // where the group's results go
      __builtin_prefetch(target_.out + (column_ + j) * target_.stride + row_, 1);
    }
  }

  /// After it; returns where the sums of the next one lie.
  REALM_KERNEL float* end(float* acc, int n) {
    if (is_last_) {
      for (int t = 0; t < kTiles; ++t) {
        const int64_t row = row_ + t * Isa::kRows;
        for (int j = 0; j < n && row < target_.rows; ++j) {
          store(target_, row, column_ + j, Isa::load(acc + (t * n + j) * Isa::kRows));
        }
      }
    }
    column_ += n;
    return acc + n * kTiles * Isa::kRows;
  }

 private:
  const Target& target_;
  int64_t row_;
  bool is_first_;
  bool is_last_;
  const uint8_t* next_;
  int64_t stride_;
  int64_t lines_;
  int64_t column_ = 0;
};

}  // namespace realm::cpu::REALM_ISA
