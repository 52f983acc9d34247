#include <cmath>
#include <numeric>

#include "base/str.hpp"
#include "compute/state.hpp"
#include "ops/attention/cache_format.hpp"

namespace realm::compute {

// One sequence whose pages lie in order.
struct KvCache::State {
  Tensor k;  ///< [pages, kv_heads * kPageTokens * head_dim] of the cache's format
  Tensor v;
  Tensor table;  ///< [1, pages]: page p of the sequence is page p
  int32_t kv_heads = 0;
  int32_t head_dim = 0;
  int32_t max_tokens = 0;
  int32_t tokens = 0;
};

namespace {

constexpr int32_t kPageTokens = 64;

KvLayer layer_of(const KvCache::State& cache) {
  return KvLayer{.k = matrix(cache.k),
                 .v = matrix(cache.v),
                 .kv_heads = cache.kv_heads,
                 .head_dim = cache.head_dim,
                 .block_tokens = kPageTokens};
}

// Positions first, first + 1, ... of the one sequence.
struct Rows {
  Tensor positions;
  Tensor sequences;
  BatchView view;
};
Result<Rows> rows_at(const KvCache::State& cache, int32_t first, int64_t count) {
  const Device device(cache.k.state()->device);
  std::vector<int32_t> ids(static_cast<size_t>(count));
  std::iota(ids.begin(), ids.end(), first);
  Rows rows;
  REALM_ASSIGN(rows.positions, device.upload_ids(ids));
  std::fill(ids.begin(), ids.end(), 0);
  REALM_ASSIGN(rows.sequences, device.upload_ids(ids));
  rows.view = {.positions = vector(rows.positions),
               .sequences = vector(rows.sequences),
               .block_tables = matrix(cache.table)};
  return rows;
}

}  // namespace

Result<KvCache> KvCache::create(const Device& device, int32_t kv_heads, int32_t head_dim,
                                int32_t max_tokens, Format format) {
  if (kv_heads <= 0 || head_dim <= 0 || max_tokens <= 0) {
    return Error{Code::kInvalidArgument,
                 str("kv cache: cannot hold ", max_tokens, " tokens of ", kv_heads, " heads of ",
                     head_dim, " in ", info(format).name)};
  }
  if (auto misfit = cache_format_misfit(format, head_dim); !misfit.empty()) {
    return Error{Code::kInvalidArgument, "kv cache: " + misfit};
  }
  auto state = std::make_shared<State>();
  state->kv_heads = kv_heads;
  state->head_dim = head_dim;
  state->max_tokens = max_tokens;
  std::vector<int32_t> pages(
      static_cast<size_t>((int64_t{max_tokens} + kPageTokens - 1) / kPageTokens));
  std::iota(pages.begin(), pages.end(), 0);
  REALM_ASSIGN(state->table, device.upload_ids(pages));
  const int64_t cols = int64_t{kv_heads} * head_dim * kPageTokens;
  const std::lock_guard lock(device.state()->mutex);
  for (Tensor* half : {&state->k, &state->v}) {
    REALM_ASSIGN(*half,
                 make_tensor(device.state(), format, static_cast<int64_t>(pages.size()), cols));
  }
  return KvCache(std::move(state));
}

int32_t KvCache::tokens() const { return state_->tokens; }

Result<void> KvCache::append(const Tensor& k, const Tensor& v) {
  State& cache = *state_;
  REALM_ASSIGN(const auto device, device_of({&k, &v, &cache.k}));
  if (!k || !v) return Error{Code::kInvalidArgument, "kv cache: keys or values are absent"};
  if (k.rows() > cache.max_tokens - cache.tokens) {
    return Error{Code::kInvalidArgument, str("kv cache: ", k.rows(), " tokens more than ",
                                             cache.tokens, " are over ", cache.max_tokens)};
  }
  REALM_ASSIGN(const Rows rows, rows_at(cache, cache.tokens, k.rows()));
  const KvWrite op{.k = matrix(k), .v = matrix(v), .batch = rows.view, .cache = layer_of(cache)};
  const std::lock_guard lock(device->mutex);
  REALM_TRY(enqueue(*device, op,
                    {&k, &v, &cache.k, &cache.v, &cache.table, &rows.positions, &rows.sequences}));
  cache.tokens += static_cast<int32_t>(k.rows());
  return {};
}

Result<Tensor> attention(const Tensor& q, const KvCache& handle, const AttentionOptions& options) {
  const KvCache::State& cache = *handle.state();
  REALM_ASSIGN(const auto device, device_of({&q, &cache.k}));
  if (!q || q.rows() > cache.tokens) {
    return Error{Code::kInvalidArgument, str("attention: ", q.rows(), " queries, but only ",
                                             cache.tokens, " positions in the cache")};
  }
  REALM_ASSIGN(const Rows rows,
               rows_at(cache, cache.tokens - static_cast<int32_t>(q.rows()), q.rows()));
  const double head_dim = cache.head_dim;
  const std::lock_guard lock(device->mutex);
  REALM_ASSIGN(Tensor out, make_tensor(device, Format::kF32, q.rows(), q.cols()));
  const Attention op{
      .q = matrix(q),
      .batch = rows.view,
      .cache = layer_of(cache),
      .out = matrix(out),
      .scale = options.scale == 0 ? static_cast<float>(1 / std::sqrt(head_dim)) : options.scale,
      .window = options.window,
      .softcap = options.softcap};
  REALM_TRY(enqueue(
      *device, op, {&q, &cache.k, &cache.v, &cache.table, &rows.positions, &rows.sequences, &out}));
  return out;
}

}  // namespace realm::compute
