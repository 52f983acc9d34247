#include "model/step_arena.hpp"

#include <algorithm>

namespace realm {

StepArena::StepArena(const Config& config, const StepLimits& limits, int32_t logit_rows)
    : config_(config),
      limits_(limits),
      logit_rows_(logit_rows),
      max_blocks_((limits.context_tokens + limits.block_tokens - 1) / limits.block_tokens) {
  const int64_t n = limits.max_rows;
  uint64_t end = 0;
  tokens_ = place(end, 1, n);
  positions_ = place(end, 1, n);
  sequences_ = place(end, 1, n);
  logit_ids_ = place(end, 1, n);
  block_tables_ = place(end, limits.max_sequences, max_blocks_);
  const int64_t encoder_rows = config.encoder ? n : 0;
  types_ = place(end, 1, encoder_rows);
  lengths_ = place(end, 1, limits.max_sequences);
  rope_ = place(end, n, config.rope.dims);
  local_rope_ = place(end, n, config.local_rope.dims);
  hidden_ = place(end, n, config.dim);
  uint64_t attention_end = end;
  q_ = place(attention_end, n, config.q_dim());
  mixed_ = place(attention_end, n, config.q_dim());
  k_ = place(attention_end, encoder_rows, config.kv_dim());
  v_ = place(attention_end, encoder_rows, config.kv_dim());
  uint64_t inner_end = end;
  inner_ = place(inner_end, n, config.ff_dim);
  uint64_t logits_end = end;
  if (!config.encoder) logits_ = place(logits_end, logit_rows, config.vocab_size);
  size_bytes_ = std::max({attention_end, inner_end, logits_end});
}

// Everything is 4 bytes wide and starts at a multiple of 256.
uint64_t StepArena::place(uint64_t& end, int64_t rows, int64_t cols) const {
  const uint64_t begin = end;
  const auto bytes = static_cast<uint64_t>(rows) * static_cast<uint64_t>(cols) * sizeof(float);
  end += (bytes + 255) / 256 * 256;
  return begin;
}

TensorView StepArena::floats(uint64_t offset, int64_t rows, int64_t cols) const {
  return view_rows(buffer_, Format::kF32, Shape{rows, cols}, static_cast<size_t>(offset));
}

TensorView StepArena::ids(uint64_t offset, int64_t count) const {
  return view_rows(buffer_, Format::kI32, Shape{count}, static_cast<size_t>(offset));
}

StepViews StepArena::step(int32_t rows) const {
  StepViews views{.tokens = ids(tokens_, rows),
                  .batch = {.positions = ids(positions_, rows),
                            .sequences = ids(sequences_, rows),
                            .block_tables = block_tables(limits_.max_sequences)},
                  .cache = {},
                  .rope = floats(rope_, rows, config_.rope.dims),
                  .local_rope = config_.local_rope.dims > 0
                                    ? floats(local_rope_, rows, config_.local_rope.dims)
                                    : TensorView{},
                  .hidden = floats(hidden_, rows, config_.dim),
                  .q = floats(q_, rows, config_.q_dim()),
                  .mixed = floats(mixed_, rows, config_.q_dim()),
                  .inner = floats(inner_, rows, config_.ff_dim)};
  if (config_.encoder) {
    views.types = ids(types_, rows);
    views.lengths = lengths();
    views.k = floats(k_, rows, config_.kv_dim());
    views.v = floats(v_, rows, config_.kv_dim());
  }
  return views;
}

HeadViews StepArena::head(int32_t rows, int32_t first, int32_t count) const {
  return HeadViews{.hidden = floats(hidden_, rows, config_.dim),
                   .rows = ids(logit_ids_ + static_cast<uint64_t>(first) * sizeof(int32_t), count),
                   .logits = floats(logits_, count, config_.vocab_size)};
}

TensorView StepArena::block_tables(int32_t count) const {
  return view_rows(buffer_, Format::kI32, Shape{count, max_blocks_},
                   static_cast<size_t>(block_tables_));
}

TensorView StepArena::lengths() const { return ids(lengths_, limits_.max_sequences); }

TensorView StepArena::logit_row_ids(int32_t count) const { return ids(logit_ids_, count); }

}  // namespace realm
