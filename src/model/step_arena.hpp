// The activation memory of a step: one buffer, planned from the config once, viewed for as many
// rows as a step has. What is never alive at once shares its place: attention's vectors, the
// feed-forward's inside, the logits.
#pragma once

#include "model/config.hpp"
#include "model/step.hpp"
#include "model/step_views.hpp"

namespace realm {

class StepArena {
 public:
  /// `limits` as granted; `logit_rows` are computed at a time.
  StepArena(const Config& config, const StepLimits& limits, int32_t logit_rows);

  uint64_t size_bytes() const { return size_bytes_; }
  int32_t logit_rows() const { return logit_rows_; }
  /// Views lie in `buffer` from now on; at least size_bytes().
  void attach(Buffer* buffer) { buffer_ = buffer; }

  /// Views for `rows` rows; the cache is the caller's.
  StepViews step(int32_t rows) const;
  /// The head over asked rows [first, first + count) of a step of `rows`; count <= logit_rows().
  HeadViews head(int32_t rows, int32_t first, int32_t count) const;
  /// Page tables of the first `count` sequences.
  TensorView block_tables(int32_t count) const;
  TensorView logit_row_ids(int32_t count) const;
  TensorView lengths() const;
  /// Pages a table has room for.
  int32_t max_blocks() const { return max_blocks_; }

 private:
  uint64_t place(uint64_t& end, int64_t rows, int64_t cols) const;
  TensorView floats(uint64_t offset, int64_t rows, int64_t cols) const;
  TensorView ids(uint64_t offset, int64_t count) const;

  Config config_;
  StepLimits limits_;
  int32_t logit_rows_;
  int32_t max_blocks_;
  Buffer* buffer_ = nullptr;
  uint64_t tokens_, positions_, sequences_, block_tables_, logit_ids_, types_, lengths_;
  uint64_t rope_, local_rope_, hidden_, q_, mixed_, k_, v_, inner_;
  uint64_t logits_ = 0;
  uint64_t size_bytes_ = 0;
};

}  // namespace realm
