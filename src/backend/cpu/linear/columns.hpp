// ColumnGroups: the activation rows of a product, rounded and interleaved in groups, in a stream's
// scratch memory.
#pragma once

#include <cstdint>

#include "backend/cpu/linear/product.hpp"

namespace realm::cpu {

class ColumnGroups {
 public:
  /// Gathers, norms, rounds and interleaves all rows, on all threads: the planes of `planes`. With
  /// kPairs a row has two columns of codes, and a group half as many rows. A group has `widest`
  /// columns at most; 0: as many as kernels take.
  static Result<ColumnGroups> prepare(const LinearContext& context, const ProductInput& input,
                                      uint32_t planes, int64_t widest = 0);

  int64_t count() const { return count_; }
  int64_t group_bytes() const { return group_bytes_; }  ///< of a full group, all planes
  /// Row of the input, and column of the result.
  int64_t first_column(int64_t group) const {
    return group * small_ + (group < large_groups_ ? group : large_groups_);
  }
  /// One column a row: what plain formats are multiplied with, and where prepare() writes.
  Columns columns(int64_t group) const;
  /// What block formats are multiplied with: with pairs() two columns a row, whose products are to
  /// be added.
  Columns code_columns(int64_t group) const;
  bool pairs() const { return pairs_; }

 private:
  // Columns are shared out evenly: the first large_groups_ have one more than the others.
  int64_t count_ = 0;
  int64_t small_ = 0;
  int64_t large_groups_ = 0;
  int64_t group_bytes_ = 0;
  int64_t k_ = 0;
  bool pairs_ = false;
  Columns base_{};  // planes of column 0
};

}  // namespace realm::cpu
