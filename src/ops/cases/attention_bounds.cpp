// Bounds of attention, kv_write, rope and norm_qkv_rope.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/attention/cache_format.hpp"
#include "ops/attention/kv_write.hpp"
#include "ops/cases/case.hpp"

namespace realm {
namespace {

constexpr double kBf16Unit = 0x1p-8;  // largest relative error of one rounding to bfloat16

// One query head over its visible positions.
struct Head {
  const Attention& op;
  const CacheBounds& cache;
  int64_t sequence;
  int64_t position;
  int64_t kv_head;
  const float* q;
  AttentionMath math;

  // Whether the device may round what it multiplies.
  bool rounds() const {
    return math == AttentionMath::kEightBits && op.cache.k.format != Format::kF32;
  }
};

// What rounding the query head and one key adds to their dot product's error; `row` holds
// key magnitudes.
double rounding_of_scores(const Head& head, const std::vector<double>& row) {
  if (!head.rounds()) return 0;
  const auto n = row.size();
  const auto block = static_cast<size_t>(info(head.op.cache.k.format).block_elems);
  double moved = 0;
  if (block == 1) {  // both once; what is below the smallest normal number may become 0
    for (size_t d = 0; d < n; ++d) {
      const double q = std::fabs(head.q[d]);
      moved += (2 + kBf16Unit) * kBf16Unit * q * row[d] + kSmallest * (q + row[d]);
    }
    return moved;
  }
  for (size_t b = 0; b < n; b += block) {
    double largest = 0;
    double keys = 0;
    for (size_t d = b; d < b + block; ++d) {
      largest = std::max(largest, static_cast<double>(std::fabs(head.q[d])));
      keys += row[d];
    }
    // Half a code of largest / 127; the scale, its inverse and the product round in float32.
    moved += largest * keys * (0.5 / 127 + 4 * kUnit);
  }
  return moved;
}

double error_at(const std::vector<double>& errors, const KvLayer& c, int64_t block, int64_t at) {
  if (errors.empty()) return 0;
  return errors[static_cast<size_t>(block * c.k.cols() + at)];
}

void bound_head(const Head& head, double* bounds) {
  const Attention& op = head.op;
  const KvLayer& c = op.cache;
  const int64_t d_end = c.head_dim;
  const VisibleTokens seen = visible_tokens(op, head.sequence, head.position);
  const int64_t first = seen.first;
  const auto count = static_cast<size_t>(seen.end - first);
  const double scale = std::fabs(op.scale);

  std::vector<double> z(count);
  std::vector<double> relative(count);  // of the weight exp(z - largest)
  double largest = -std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < count; ++i) {
    const auto [block, token] =
        cache_place(op.batch, c.block_tokens, head.sequence, first + static_cast<int64_t>(i));
    const int64_t base = (head.kv_head * c.block_tokens + token) * d_end;
    double dot = 0;
    double magnitude = 0;
    double moved = 0;
    std::vector<double> row(static_cast<size_t>(d_end));
    for (int64_t d = 0; d < d_end; ++d) {
      const double k = load_cached(c.k.format, c.k.row<const void>(block), base + d);
      dot += head.q[d] * k;
      magnitude += std::fabs(head.q[d] * k);
      row[static_cast<size_t>(d)] = std::fabs(k);
      if (!head.cache.k.empty()) {
        moved += std::fabs(head.q[d]) * error_at(head.cache.k, c, block, base + d);
      }
    }
    moved += rounding_of_scores(head, row);
    // The dot product; scale and query (or product) rounded once each.
    double error =
        scale * (moved + (accumulation(static_cast<double>(d_end)) + 2 * kUnit) * magnitude);
    z[i] = dot * op.scale;
    if (op.softcap > 0) {  // slope at most 1; the quotient, tanh and the product are rounded
      error += (kFunctionUnits + 3) * kUnit * op.softcap;
      z[i] = op.softcap * std::tanh(z[i] / op.softcap);
    }
    relative[i] = error;
    largest = std::max(largest, z[i]);
  }
  double sum = 0;
  double widest = 0;
  for (size_t i = 0; i < count; ++i) {
    // z, the maximum of its tile and their difference are rounded, then exp; the rescaling to the
    // last maximum repeats that once.
    relative[i] += 2 * kUnit * (std::fabs(z[i]) + std::fabs(largest) + std::fabs(z[i] - largest)) +
                   2 * kFunctionUnits * kUnit;
    // The sum is of the rounded weights.
    if (head.rounds()) relative[i] += (1 + kBf16Unit) * kBf16Unit;
    widest = std::max(widest, relative[i]);
    z[i] = std::exp(z[i] - largest);
    sum += z[i];
  }
  // A single position has weight 1 whatever its score: exp(0) and the division by 1 are exact.
  const bool single = count == 1;
  // exp(r) - 1 instead of r where scores are large.
  const double second_order = widest > 0 ? std::expm1(2 * widest) / (2 * widest) : 1;
  const double sums =
      single ? 0 : 2 * accumulation(static_cast<double>(count)) + 4 * kUnit;  // numerator and sum
  std::vector<double> v(count);
  std::vector<double> v_error(count);
  for (int64_t d = 0; d < d_end; ++d) {
    double mean = 0;
    double magnitude = 0;
    double moved = 0;
    for (size_t i = 0; i < count; ++i) {
      const auto [block, token] =
          cache_place(op.batch, c.block_tokens, head.sequence, first + static_cast<int64_t>(i));
      const int64_t at = (head.kv_head * c.block_tokens + token) * d_end + d;
      v[i] = load_cached(c.v.format, c.v.row<const void>(block), at);
      v_error[i] = error_at(head.cache.v, c, block, at);
      if (head.rounds()) v_error[i] += kBf16Unit * (std::fabs(v[i]) + v_error[i]);
      mean += z[i] / sum * v[i];
    }
    for (size_t i = 0; i < count; ++i) {
      magnitude += z[i] / sum * std::fabs(v[i]);
      moved += z[i] / sum * v_error[i];
      // d out = sum_t p_t r_t (v_t - out)
      if (!single) moved += z[i] / sum * relative[i] * second_order * std::fabs(v[i] - mean);
    }
    bounds[d] = moved + sums * magnitude + kSmallest * static_cast<double>(count + 1);
  }
}

void rope_row(Approx& x, int64_t r, const float* cosine, int64_t half, int64_t head_dim,
              RopePairs pairs) {
  const float* sine = cosine + half;
  for (int64_t head = 0; head < x.cols; head += head_dim) {
    for (int64_t j = 0; j < half; ++j) {
      const size_t ia = x.at(r, head + (pairs == RopePairs::kAdjacent ? 2 * j : j));
      const size_t ib = x.at(r, head + (pairs == RopePairs::kAdjacent ? 2 * j + 1 : j + half));
      const double a = x.value[ia];
      const double b = x.value[ib];
      const double c = cosine[j];
      const double s = sine[j];
      const double ea = x.error[ia];
      const double eb = x.error[ib];
      x.value[ia] = static_cast<float>(a * c - b * s);
      x.value[ib] = static_cast<float>(b * c + a * s);
      // Two products, their sum and the reference's own rounding.
      x.error[ia] = ea * std::fabs(c) + eb * std::fabs(s) +
                    3 * kUnit * (std::fabs(a * c) + std::fabs(b * s)) + kSmallest;
      x.error[ib] = eb * std::fabs(c) + ea * std::fabs(s) +
                    3 * kUnit * (std::fabs(b * c) + std::fabs(a * s)) + kSmallest;
    }
  }
}

void rope_rows(Approx& x, const TensorView& table, int64_t head_dim, RopePairs pairs) {
  for (int64_t r = 0; r < x.rows; ++r) {
    rope_row(x, r, table.row<const float>(r), table.cols() / 2, head_dim, pairs);
  }
}

double rounded(Format format, double value) {
  float bits = 0;
  const auto narrow = static_cast<float>(value);
  store_cached(format, &bits, 0, {&narrow, 1});
  return load_cached(format, &bits, 0);
}

// What a cache may hold where the values written are known up to errors. Rounding of plain formats
// is monotonic. The codes of a block are the same everywhere for the same floats; for others, the
// device and the reference are each away from what they were given by a rounding.
void stored_errors(Format format, const double* value, const double* error, size_t n, double* out) {
  const size_t block = info(format).block_elems;
  for (size_t b = 0; b < n; b += block) {
    if (block == 1) {
      const double middle = rounded(format, value[b]);
      out[b] = std::max(rounded(format, value[b] + error[b]) - middle,
                        middle - rounded(format, value[b] - error[b]));
      continue;
    }
    double largest = 0;
    bool known = true;
    for (size_t i = b; i < b + block; ++i) {
      largest = std::max(largest, std::fabs(value[i]) + error[i]);
      known = known && error[i] == 0;
    }
    // Scales round to binary16: 2^-11 of them, or 2^-25 where they are no normal numbers.
    const double codes = format == Format::kQ8_0 ? 127 : 8;
    const double scale = largest / codes * (1 + 0x1p-11) + 0x1p-25;
    const double rounding = largest_rounding(format) * scale + codes * 0x1p-25;
    for (size_t i = b; i < b + block; ++i) out[i] = known ? 0 : error[i] + 2 * rounding;
  }
}

void spread_to_pages(const BatchView& batch, const KvLayer& c, const Approx& rows,
                     std::vector<double>& errors) {
  if (errors.empty()) errors.resize(static_cast<size_t>(c.k.shape.elems()));
  const auto* sequences = batch.sequences.row<const int32_t>(0);
  const auto* positions = batch.positions.row<const int32_t>(0);
  for (int64_t i = 0; i < rows.rows; ++i) {
    if (sequences[i] < 0) continue;
    const auto [block, token] = cache_place(batch, c.block_tokens, sequences[i], positions[i]);
    for (int64_t h = 0; h < c.kv_heads; ++h) {
      const size_t from = rows.at(i, h * c.head_dim);
      const int64_t at = (h * c.block_tokens + token) * c.head_dim;
      stored_errors(c.k.format, &rows.value[from], &rows.error[from],
                    static_cast<size_t>(c.head_dim),
                    &errors[static_cast<size_t>(block * c.k.cols() + at)]);
    }
  }
}

}  // namespace

std::vector<double> error_bounds(const RopeTable& op, Judgement, CacheBounds&) {
  // The angle is one float32 product, equal everywhere; sine and cosine are then off by units of 1,
  // as their own argument reduction and tables are, and scaled.
  const double bound = (kFunctionUnits + 2) * kUnit * std::fabs(op.magnitude);
  return std::vector<double>(static_cast<size_t>(op.out.shape.elems()), bound);
}

std::vector<double> error_bounds(const Rope& op, Judgement, CacheBounds&) {
  Approx x = exact(op.x);
  rope_rows(x, op.table, op.head_dim, op.pairs);
  return x.error;
}

// Rounding to the cache's format is exact: nothing to add to what attention bounds.
std::vector<double> error_bounds(const KvWrite&, Judgement, CacheBounds&) { return {}; }

std::vector<double> error_bounds(const Attention& op, Judgement judgement, CacheBounds& cache) {
  std::vector<double> bounds(static_cast<size_t>(op.out.shape.elems()));
  const int64_t head_dim = op.cache.head_dim;
  const int64_t heads = op.q.cols() / head_dim;
  const int64_t group = heads / op.cache.kv_heads;
  const auto* positions = op.batch.positions.row<const int32_t>(0);
  const auto* sequences = op.batch.sequences.row<const int32_t>(0);
  for (int64_t i = 0; i < op.q.rows(); ++i) {
    if (sequences[i] < 0) continue;  // zeros, exactly
    for (int64_t h = 0; h < heads; ++h) {
      bound_head({op, cache, sequences[i], positions[i], h / group,
                  op.q.row<const float>(i) + h * head_dim, judgement.attention},
                 &bounds[static_cast<size_t>(i * op.q.cols() + h * head_dim)]);
    }
  }
  return bounds;
}

std::vector<double> error_bounds(const NormQkvRope& op, Judgement judgement, CacheBounds& cache) {
  const Approx normed = analyse_rms_norm(op.x, op.norm_weight, op.eps);
  Approx q = analyse_linear(normed, op.q_weight, op.q_bias, judgement);
  Approx k = analyse_linear(normed, op.k_weight, op.k_bias, judgement);
  const Approx v = analyse_linear(normed, op.v_weight, op.v_bias, judgement);
  if (op.q_norm) q = analyse_rms_norm(q, op.q_norm, op.eps);
  if (op.k_norm) k = analyse_rms_norm(k, op.k_norm, op.eps);
  rope_rows(q, op.rope_table, op.cache.head_dim, op.pairs);
  rope_rows(k, op.rope_table, op.cache.head_dim, op.pairs);
  spread_to_pages(op.batch, op.cache, k, cache.k);
  spread_to_pages(op.batch, op.cache, v, cache.v);
  return q.error;
}

}  // namespace realm
