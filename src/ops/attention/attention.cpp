#include "ops/attention/attention.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "ops/attention/cache_format.hpp"
#include "ops/attention/kv_write.hpp"
#include "ops/check.hpp"

namespace realm {

Result<void> check(const Attention& op) {
  REALM_TRY(expect_cache(op.kName, op.cache));
  const int64_t width = static_cast<int64_t>(op.cache.kv_heads) * op.cache.head_dim;
  const Shape shape{op.q.rows(), op.q.cols()};
  REALM_TRY(expect(op.kName, "q", op.q, Format::kF32, shape));
  REALM_TRY(expect_that(op.kName, op.q.cols() > 0 && op.q.cols() % width == 0,
                        "query heads are no multiple of key-value heads"));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  REALM_TRY(expect_that(op.kName, op.window >= 0 && op.softcap >= 0,
                        "window and softcap must not be negative"));
  REALM_TRY(expect_batch(op.kName, op.batch, op.q.rows()));
  REALM_TRY(expect_optional(op.kName, "lengths", op.lengths, Format::kI32,
                            Shape{op.batch.block_tables.rows()}));
  return expect_no_alias(op.kName, "out", op.out, "q", op.q);
}

VisibleTokens visible_tokens(const Attention& op, int64_t sequence, int64_t position) {
  const int64_t window = op.window == 0 ? INT32_MAX : op.window;
  const int64_t first = std::max<int64_t>(0, position - window + 1);
  if (!op.lengths) return {first, position + 1};
  const int64_t length = op.lengths.row<const int32_t>(0)[sequence];
  return {first, std::min(length, position + window)};
}

namespace {

// One query head over its visible positions.
void attend(const Attention& op, int64_t sequence, int64_t position, int64_t kv_head,
            const float* q, float* out) {
  const KvLayer& c = op.cache;
  const auto [first, end] = visible_tokens(op, sequence, position);
  std::vector<double> p;
  double largest = -std::numeric_limits<double>::infinity();
  for (int64_t t = first; t < end; ++t) {
    const auto [block, token] = cache_place(op.batch, c.block_tokens, sequence, t);
    const int64_t at = (kv_head * c.block_tokens + token) * c.head_dim;
    double dot = 0;
    for (int64_t d = 0; d < c.head_dim; ++d) {
      dot += q[d] * load_cached(c.k.format, c.k.row<const void>(block), at + d);
    }
    dot *= op.scale;
    if (op.softcap > 0) dot = op.softcap * std::tanh(dot / op.softcap);
    largest = std::max(largest, dot);
    p.push_back(dot);
  }
  double sum = 0;
  std::vector<double> mix(static_cast<size_t>(c.head_dim), 0.0);
  for (int64_t t = first; t < end; ++t) {
    const double weight = std::exp(p[static_cast<size_t>(t - first)] - largest);
    const auto [block, token] = cache_place(op.batch, c.block_tokens, sequence, t);
    const int64_t at = (kv_head * c.block_tokens + token) * c.head_dim;
    sum += weight;
    for (int64_t d = 0; d < c.head_dim; ++d) {
      mix[static_cast<size_t>(d)] +=
          weight * load_cached(c.v.format, c.v.row<const void>(block), at + d);
    }
  }
  for (size_t d = 0; d < mix.size(); ++d) out[d] = static_cast<float>(mix[d] / sum);
}

}  // namespace

void reference(const Attention& op, Activations) {
  const int64_t head_dim = op.cache.head_dim;
  const int64_t heads = op.q.cols() / head_dim;
  const int64_t group = heads / op.cache.kv_heads;
  const auto* positions = op.batch.positions.row<const int32_t>(0);
  const auto* sequences = op.batch.sequences.row<const int32_t>(0);
  for (int64_t i = 0; i < op.q.rows(); ++i) {
    if (sequences[i] < 0) {
      std::fill_n(op.out.row<float>(i), op.out.cols(), 0.0f);
      continue;
    }
    for (int64_t h = 0; h < heads; ++h) {
      attend(op, sequences[i], positions[i], h / group, op.q.row<const float>(i) + h * head_dim,
             op.out.row<float>(i) + h * head_dim);
    }
  }
}

}  // namespace realm
