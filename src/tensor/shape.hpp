// Shape of a tensor: row-major, outermost dimension first (GGUF's reversed order is turned round
// once, in gguf/). At most four dimensions; a scalar is [1].
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace realm {

class Shape {
 public:
  static constexpr int kMaxRank = 4;

  constexpr Shape() = default;
  constexpr Shape(std::initializer_list<int64_t> dims) {
    for (const int64_t d : dims) {
      if (rank_ < kMaxRank) dims_[static_cast<size_t>(rank_++)] = d;
    }
  }

  constexpr int rank() const { return rank_; }
  constexpr int64_t operator[](int i) const { return dims_[static_cast<size_t>(i)]; }
  /// Elements of a row: the last dimension.
  constexpr int64_t cols() const { return rank_ == 0 ? 0 : dims_[static_cast<size_t>(rank_ - 1)]; }
  /// Number of rows: the product of all dimensions but the last.
  constexpr int64_t rows() const {
    int64_t n = rank_ == 0 ? 0 : 1;
    for (int i = 0; i + 1 < rank_; ++i) n *= dims_[static_cast<size_t>(i)];
    return n;
  }
  constexpr int64_t elems() const { return rows() * cols(); }
  constexpr bool operator==(const Shape&) const = default;

 private:
  std::array<int64_t, kMaxRank> dims_{};
  int rank_ = 0;
};

/// "[32, 576]"
std::string to_string(const Shape& shape);

}  // namespace realm
