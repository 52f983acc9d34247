// A strip of weight rows and the groups of columns that it meets at once: one group, or a run of
// them (kernel_table.hpp). Both give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/linear/columns.hpp"
#include "backend/cpu/linear/kernel_table.hpp"
#include "backend/cpu/linear/linear.hpp"

namespace realm::cpu {

// Weight rows of one item of work: a multiple of every tile, small enough that two threads share
// a matrix of a few hundred rows evenly and that a strip stays in the first cache while groups of
// columns go by. With one group nothing comes back: longer strips, fewer items.
constexpr int64_t kStripRows = 32;
constexpr int64_t kShortestStrip = 16;  // with one group: a tile of the widest set
constexpr int64_t kLongestStrip = 256;

/// A weight as kernels see it.
struct Tiles {
  const uint8_t* data;
  int64_t row_bytes;  // of a tile, divided by its rows
  Multiply multiply;
  MultiplyRun run;      // nullptr: none
  uint32_t planes;      // what multiply reads
  uint32_t run_planes;  // and run
  bool plain;
  bool brain_floats;  // multiplies those instead of floats
  // A weight in the file's own rows: strips of it are packed as they are needed.
  const TensorView* unpacked = nullptr;
  int64_t first_row = 0;  // of what lies at `data`

  const uint8_t* from(int64_t row) const { return data + (row - first_row) * row_bytes; }
  /// The tiles of rows [row, row + count), packed into `panel` where they are not yet.
  Tiles strip(const LinearContext& context, int64_t row, int64_t count, std::byte* panel) const;
};

/// `weight` outlives the tiles.
Tiles tiles_of(const LinearContext& context, const TensorView& weight);

/// How the rows of an input are grouped: for runs when all weights have them and the columns of
/// codes are enough, evenly shared, for the groups that they take.
struct Grouping {
  bool runs = false;
  int64_t widest = 0;
  uint32_t planes = 0;
  int64_t run_groups() const { return kMaxRunColumns / widest; }
};
/// Of `m` rows that meet the `count` weights of `weights`.
Grouping grouping_of(const LinearContext& context, int64_t m, const Tiles* const* weights,
                     size_t count);

/// The groups [first, last) as one matrix: one group, or a run.
struct Span {
  const ColumnGroups& groups;
  bool is_run;
  int64_t first;
  int64_t last;
  int64_t first_column() const { return groups.first_column(first); }
  int64_t columns() const { return groups.first_column(last) - first_column(); }
};

/// Rows from `row` on times a span; `target` begins at the span's first column. Two columns of a
/// row are multiplied as two, and added before what the product is added to: first + fine, + bias,
/// residual +, each rounded once.
void multiply_span(const LinearContext& context, const Tiles& tiles, int64_t row, int64_t k,
                   const Span& span, const Target& target);

}  // namespace realm::cpu
