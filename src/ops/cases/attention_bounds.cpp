// Bounds of attention, kv_write, rope and norm_qkv_rope.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/attention/kv_write.hpp"
#include "ops/cases/case.hpp"
#include "ops/host.hpp"

namespace realm {
namespace {

// One query head over its visible positions.
struct Head {
  const Attention& op;
  const CacheBounds& cache;
  int64_t sequence;
  int64_t position;
  int64_t kv_head;
  const float* q;
};

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
    for (int64_t d = 0; d < d_end; ++d) {
      const double k = load_element(c.k.format, c.k.row<const void>(block), base + d);
      dot += head.q[d] * k;
      magnitude += std::fabs(head.q[d] * k);
      if (!head.cache.k.empty()) {
        moved += std::fabs(head.q[d]) * error_at(head.cache.k, c, block, base + d);
      }
    }
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
      v[i] = load_element(c.v.format, c.v.row<const void>(block), at);
      v_error[i] = error_at(head.cache.v, c, block, at);
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
  store_element(format, &bits, 0, value);
  return load_element(format, &bits, 0);
}

// What a cache may hold where the value written is known up to an error: rounding is monotonic.
double stored_error(Format format, double value, double error) {
  const double middle = rounded(format, value);
  return std::max(rounded(format, value + error) - middle, middle - rounded(format, value - error));
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
      for (int64_t d = 0; d < c.head_dim; ++d) {
        const size_t from = rows.at(i, h * c.head_dim + d);
        const int64_t at = (h * c.block_tokens + token) * c.head_dim + d;
        errors[static_cast<size_t>(block * c.k.cols() + at)] =
            stored_error(c.k.format, rows.value[from], rows.error[from]);
      }
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

std::vector<double> error_bounds(const Attention& op, Judgement, CacheBounds& cache) {
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
                  op.q.row<const float>(i) + h * head_dim},
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
