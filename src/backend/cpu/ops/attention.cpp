// Flash attention: chunk by chunk of keys, each with its own softmax, folded into a running one
// (Milakov and Gimelshein, 2018; Dao et al., 2022). The query heads that share a key-value head are
// rows of one tile. A decoding step at depth is split over chunks; whoever finishes a tile's last
// chunk folds them all, in order.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "backend/cpu/ops/attention_plan.hpp"
#include "backend/cpu/ops/cache_layout.hpp"
#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

int64_t attend_scratch(int32_t head_dim) {
  // Scores and weights of a register tile (8 rows at most), scales of blocks, panels of keys and
  // values.
  return (12 + head_dim / kKvBlock + int64_t{2} * head_dim) * kChunkTokens;
}

namespace {

// Softmax states of the rows of a tile: largest, sum, mix.
struct State {
  State(float* at, int32_t rows) : largest(at), sum(at + rows), mix(at + 2 * rows) {}
  static int64_t floats(int32_t rows, int32_t head_dim) { return int64_t{rows} * (head_dim + 2); }
  float* largest;
  float* sum;
  float* mix;
};

// Groups of the next chunk that kernels may want to fetch early.
constexpr int32_t kFetchedGroups = 4;

class Runner {
 public:
  Runner(const Kernels& kernels, const Attention& op, const AttentionPlan& plan)
      : kernels_(kernels),
        op_(op),
        plan_(plan),
        head_dim_(op.cache.head_dim),
        layout_(op.cache),
        group_(static_cast<int32_t>(op.q.cols() / op.cache.head_dim) / op.cache.kv_heads),
        state_floats_(State::floats(plan.max_rows, head_dim_)),
        pending_(plan.tiles.size() * static_cast<size_t>(op.cache.kv_heads)) {
    for (const AttentionItem& item : plan.items) {
      pending(item).fetch_add(1, std::memory_order_relaxed);
    }
  }

  size_t scratch_bytes(int threads) const {
    return static_cast<size_t>(threads * thread_floats() + plan_.states * state_floats_) *
           sizeof(float);
  }
  void use_scratch(std::byte* scratch, int threads) {
    threads_ = reinterpret_cast<float*>(scratch);
    states_ = threads_ + threads * thread_floats();
  }

  void run(int64_t index, int thread) {
    const AttentionItem& item = plan_.items[static_cast<size_t>(index)];
    float* at = threads_ + thread * thread_floats();
    const State total(at, plan_.max_rows);
    const State chunk(at + state_floats_, plan_.max_rows);
    float* rest = at + 2 * state_floats_;
    const int32_t rows = tile(item).tokens * group_;
    prepare_queries(item, rest);
    rest += int64_t{plan_.max_rows} * head_dim_;
    if (item.state >= 0) {
      const State own(states_ + item.state * state_floats_, plan_.max_rows);
      attend(item, item.first_chunk, ranges(tile(item), item.first_chunk, rest), own, rest);
      if (pending(item).fetch_sub(1, std::memory_order_acq_rel) != 1) return;
      fold_all(item, rows, total, rest);
    } else {
      start(rows, total);
      for (int32_t c = item.first_chunk; c < item.end_chunk; ++c) {
        const Ranges seen = ranges(tile(item), c, rest);
        attend(item, c, seen, chunk, rest);
        fold(rows, seen, chunk, total);
      }
    }
    finish(item, total);
  }

 private:
  const AttentionTile& tile(const AttentionItem& item) const {
    return plan_.tiles[static_cast<size_t>(item.tile)];
  }
  std::atomic<int32_t>& pending(const AttentionItem& item) {
    return pending_[static_cast<size_t>(item.tile) * static_cast<size_t>(op_.cache.kv_heads) +
                    static_cast<size_t>(item.kv_head)];
  }

  // Per thread: two states, prepared queries, the rows' ranges, gathered groups, the kernel's own.
  int64_t thread_floats() const {
    return 2 * state_floats_ + int64_t{plan_.max_rows} * (head_dim_ + 2) + gather_floats() +
           attend_scratch(head_dim_);
  }
  int64_t gather_floats() const {
    return has_groups(op_.cache) ? 0 : int64_t{2} * kChunkTokens * head_dim_;
  }

  // Visible tokens of token `t` of a tile, relative to the chunk.
  void visible(const AttentionTile& tile, int32_t t, int32_t chunk, int32_t& first,
               int32_t& last) const {
    const auto seen = visible_tokens(op_, tile.sequence, tile.first_position + t);
    const int64_t start = int64_t{chunk} * kChunkTokens;
    first = static_cast<int32_t>(std::max<int64_t>(0, seen.first - start));
    last = static_cast<int32_t>(std::clamp<int64_t>(seen.end - start, 0, kChunkTokens));
  }

  void prepare_queries(const AttentionItem& item, float* to) const {
    const AttentionTile& t = tile(item);
    for (int32_t i = 0; i < t.tokens; ++i) {
      kernels_.attend_queries(op_.q.row<const float>(t.row + i) + head_offset(item), group_,
                              head_dim_, op_.scale, layout_.format,
                              to + int64_t{i} * group_ * head_dim_);
    }
  }

  // Visible tokens of a tile's rows, relative to the chunk, and of all of them together.
  struct Ranges {
    int32_t* first;
    int32_t* last;
    int32_t lowest = kChunkTokens;
    int32_t highest = 0;
  };
  Ranges ranges(const AttentionTile& t, int32_t chunk, float* at) const {
    Ranges out{.first = reinterpret_cast<int32_t*>(at),
               .last = reinterpret_cast<int32_t*>(at) + plan_.max_rows};
    for (int32_t i = 0; i < t.tokens; ++i) {
      int32_t from = 0;
      int32_t to = 0;
      visible(t, i, chunk, from, to);
      std::fill_n(out.first + i * group_, group_, from);
      std::fill_n(out.last + i * group_, group_, to);
      if (from >= to) continue;
      out.lowest = std::min(out.lowest, from);
      out.highest = std::max(out.highest, to);
    }
    return out;
  }

  // `rest` follows the prepared queries.
  void attend(const AttentionItem& item, int32_t chunk, const Ranges& seen_here, const State& out,
              float* rest) const {
    const AttentionTile& t = tile(item);
    float* gathered = rest + int64_t{2} * plan_.max_rows;
    const void* k[kChunkGroups] = {};
    const void* v[kChunkGroups] = {};
    const void* next_k[kChunkGroups] = {};
    const bool goes_on = has_groups(op_.cache) && chunk + 1 < t.end_chunk;
    for (int32_t g = seen_here.lowest / kTokenGroup; g * kTokenGroup < seen_here.highest; ++g) {
      if (has_groups(op_.cache)) {
        find_group(t, item.kv_head, chunk * kChunkTokens + g * kTokenGroup, k[g], v[g]);
      } else {
        gather_group(t, item.kv_head, chunk * kChunkTokens + g * kTokenGroup,
                     chunk * kChunkTokens + seen_here.highest,
                     gathered + int64_t{2} * g * group_elems(), k[g], v[g]);
      }
    }
    if (goes_on) {
      const int32_t start = (chunk + 1) * kChunkTokens;
      const int64_t seen =
          visible_tokens(op_, t.sequence, t.first_position + t.tokens - 1).end - start;
      for (int32_t g = 0; g < kFetchedGroups && g * kTokenGroup < seen; ++g) {
        const void* v_next = nullptr;
        find_group(t, item.kv_head, start + g * kTokenGroup, next_k[g], v_next);
      }
    }
    kernels_.attend({.rows = t.tokens * group_,
                     .head_dim = head_dim_,
                     .q = rest - int64_t{plan_.max_rows} * head_dim_,
                     .first = seen_here.first,
                     .last = seen_here.last,
                     .k = k,
                     .v = v,
                     .next_k = goes_on ? next_k : nullptr,
                     .format = layout_.format,
                     .softcap = op_.softcap,
                     .scratch = gathered + gather_floats(),
                     .largest = out.largest,
                     .sum = out.sum,
                     .mix = out.mix});
  }

  int64_t group_elems() const { return int64_t{kTokenGroup} * head_dim_; }
  int64_t head_offset(const AttentionItem& item) const {
    return int64_t{item.kv_head} * group_ * head_dim_;
  }

  void find_group(const AttentionTile& t, int32_t head, int32_t position, const void*& k,
                  const void*& v) const {
    const KvLayer& cache = op_.cache;
    const auto place = cache_place(op_.batch, cache.block_tokens, t.sequence, position);
    k = page_group(cache.k, cache, layout_, place.block, head, place.token);
    v = page_group(cache.v, cache, layout_, place.block, head, place.token);
  }

  // Tokens [position, end) of a cache whose pages do not hold whole groups, put together as one.
  void gather_group(const AttentionTile& t, int32_t head, int32_t position, int32_t end, float* to,
                    const void*& k, const void*& v) const {
    const auto unit = static_cast<size_t>(layout_.unit);
    const auto row = static_cast<size_t>(layout_.row);
    auto* keys = reinterpret_cast<std::byte*>(to);
    auto* values = reinterpret_cast<std::byte*>(to + group_elems());
    std::memset(keys, 0, static_cast<size_t>(kTokenGroup * layout_.token));
    for (int32_t i = 0; i < kTokenGroup && position + i < end; ++i) {
      const void* k_token = nullptr;
      const void* v_token = nullptr;
      find_group(t, head, position + i, k_token, v_token);
      const auto* key = static_cast<const std::byte*>(k_token);
      const auto* value = static_cast<const std::byte*>(v_token);
      std::memcpy(values + static_cast<size_t>(i) * row, value, row);
      for (size_t at = 0; at < row; at += unit) {
        std::memcpy(keys + at * kTokenGroup + static_cast<size_t>(i) * unit, key + at, unit);
      }
      for (int64_t b = 0; b < layout_.blocks; ++b) {
        std::memcpy(keys + layout_.scale_at(b, i, kTokenGroup), key + layout_.scale_at(b, 0, 1), 2);
        std::memcpy(values + layout_.scale_at(b, i, kTokenGroup), value + layout_.scale_at(b, 0, 1),
                    2);
      }
    }
    k = keys;
    v = values;
  }

  void start(int32_t rows, const State& total) const {
    // "Nothing yet": sums of weights are positive or NaN.
    for (int32_t r = 0; r < rows; ++r) total.sum[r] = 0;
  }

  void fold(int32_t rows, const Ranges& seen, const State& from, const State& total) const {
    kernels_.attend_fold({.rows = rows,
                          .head_dim = head_dim_,
                          .first = seen.first,
                          .last = seen.last,
                          .chunk_largest = from.largest,
                          .chunk_sum = from.sum,
                          .chunk_mix = from.mix,
                          .largest = total.largest,
                          .sum = total.sum,
                          .mix = total.mix});
  }

  // States of one tile and head were numbered in the order of their chunks.
  void fold_all(const AttentionItem& item, int32_t rows, const State& total, float* rest) const {
    const AttentionTile& t = tile(item);
    start(rows, total);
    const int32_t first_state = item.state - (item.first_chunk - t.first_chunk);
    for (int32_t c = t.first_chunk; c < t.end_chunk; ++c) {
      const State state(states_ + (first_state + c - t.first_chunk) * state_floats_,
                        plan_.max_rows);
      fold(rows, ranges(t, c, rest), state, total);
    }
  }

  void finish(const AttentionItem& item, const State& total) const {
    const AttentionTile& t = tile(item);
    for (int32_t r = 0; r < t.tokens * group_; ++r) {
      float* out = op_.out.row<float>(t.row + r / group_) + head_offset(item) +
                   int64_t{r % group_} * head_dim_;
      kernels_.attend_finish(total.mix + int64_t{r} * head_dim_, total.sum[r], out, head_dim_);
    }
  }

  const Kernels& kernels_;
  const Attention& op_;
  const AttentionPlan& plan_;
  const int32_t head_dim_;
  const GroupLayout layout_;
  const int32_t group_;  ///< query heads of a key-value head
  const int64_t state_floats_;
  std::vector<std::atomic<int32_t>> pending_;  ///< chunks of a tile and head still to come
  float* threads_ = nullptr;
  float* states_ = nullptr;
};

}  // namespace

Result<void> run(const OpContext& context, const Attention& op) {
  ThreadPool& pool = context.pool;
  const AttentionPlan plan = plan_attention(op, pool.threads());
  for (const int64_t row : plan.padding_rows) {
    std::fill_n(op.out.row<float>(row), op.out.cols(), 0.0f);
  }
  Runner runner(context.kernels, op, plan);
  REALM_ASSIGN(std::byte* const scratch,
               context.scratch.take(runner.scratch_bytes(pool.threads())));
  runner.use_scratch(scratch, pool.threads());
  pool.for_each(static_cast<int64_t>(plan.items.size()),
                [&](int64_t item, int thread) { runner.run(item, thread); });
  return {};
}

}  // namespace realm::cpu
