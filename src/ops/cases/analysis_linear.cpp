// The matmul's part of the analysis: what rounding activations to one or two int8 codes or to
// bfloat16 may do.
#include <algorithm>
#include <cmath>

#include "ops/activations.hpp"
#include "ops/cases/analysis.hpp"
#include "ops/cases/random_weight.hpp"
#include "ops/host.hpp"

namespace realm {
namespace {

// A row as the matmul multiplies with it.
struct Multiplicand {
  std::vector<double> value;  // the reference's
  std::vector<double> error;  // of the device's against it, worst case
  std::vector<double> step;   // width of independent rounding errors, centred on zero
  bool has_error = false;
};

bool rounds_to_zero(double largest) {
  return largest == 0 || std::isinf(127.0f / static_cast<float>(largest));
}

// Device and reference both round, but the device's values may differ by `e`: a code moves where
// the interval of possible values reaches over a tie, and scales move with the largest value.
// Two codes an element are a code of 254 times as many steps: fine codes end where the next code's
// begin.
void same_rounding_block(const Approx& x, size_t begin, size_t count, size_t to,
                         Activations activations, Multiplicand& out) {
  const double steps = activation_steps(activations);
  std::vector<float> values(count);
  double low_largest = 0;
  double high_largest = 0;
  bool moved = false;
  for (size_t i = 0; i < count; ++i) {
    const double v = x.value[begin + i];
    const double e = x.error[begin + i];
    values[i] = static_cast<float>(v);
    low_largest = std::max(low_largest, std::fabs(v) - e);
    high_largest = std::max(high_largest, std::fabs(v) + e);
    moved = moved || e > 0;
  }
  const ActivationBlock block = round_activations(values, activations);
  for (size_t i = 0; i < count; ++i) {
    out.value[to + i] = block.value(i);
    if (!moved) continue;
    out.has_error = true;
    const double v = x.value[begin + i];
    const double e = x.error[begin + i];
    if (rounds_to_zero(low_largest)) {
      out.error[to + i] = std::fabs(out.value[to + i]) + high_largest;
      continue;
    }
    // Four roundings of the code's argument, |argument| <= steps.
    const double slack = steps * 4 * kUnit;
    const double ends[] = {(v - e) * steps / low_largest, (v - e) * steps / high_largest,
                           (v + e) * steps / low_largest, (v + e) * steps / high_largest};
    const double codes[] = {std::nearbyint(*std::min_element(ends, ends + 4) - slack),
                            std::nearbyint(*std::max_element(ends, ends + 4) + slack)};
    // The scale is rounded, and a fine one after it.
    const double units = activations == Activations::kInt16Block32 ? 4 * kUnit : 2 * kUnit;
    const double scales[] = {low_largest / steps * (1 - units), high_largest / steps * (1 + units)};
    for (const double c : codes) {
      for (const double s : scales) {
        out.error[to + i] = std::max(out.error[to + i], std::fabs(c * s - out.value[to + i]));
      }
    }
  }
}

// The device rounds and the reference does not: half a step each, of either sign alike.
void ideal_block(const Approx& x, size_t begin, size_t count, size_t to, Activations activations,
                 Multiplicand& out) {
  double largest = 0;
  for (size_t i = 0; i < count; ++i) {
    largest = std::max(largest, std::fabs(x.value[begin + i]) + x.error[begin + i]);
  }
  const bool zero = rounds_to_zero(largest);
  for (size_t i = 0; i < count; ++i) {
    const double v = x.value[begin + i];
    out.value[to + i] = v;
    out.step[to + i] = zero ? 0 : largest / activation_steps(activations);
    // Scale, inverse and product are rounded: up to four units of the code's range. (Of a second
    // rounding the scale and the product, each of a 254th of the range.)
    out.error[to + i] = x.error[begin + i] + (zero ? std::fabs(v) : 4 * kUnit * largest);
  }
  out.has_error = true;
}

// One element rounded to bfloat16: by the reference too, whose value then may lie across a tie from
// the device's, or by the device alone: half a step, of either sign alike. What is below 2^-126 may
// count as 0.
void brain_element(double v, double e, bool same, size_t to, Multiplicand& out) {
  out.value[to] = same ? round_to_bfloat16(static_cast<float>(v)) : v;
  if (!std::isfinite(v)) return;
  const double low = round_to_bfloat16(static_cast<float>(v - e));
  const double high = round_to_bfloat16(static_cast<float>(v + e));
  if (same) {
    out.error[to] = std::max(out.value[to] - low, high - out.value[to]) + kSmallest;
  } else {
    out.step[to] = std::exp2(std::ilogb(std::max(std::fabs(v) + e, kSmallest)) - 7);
    out.error[to] = e + kSmallest;
  }
  out.has_error = true;
}

Multiplicand multiplicand(const Approx& x, int64_t r, Judgement judgement) {
  const auto n = static_cast<size_t>(x.cols);
  const size_t row = x.at(r, 0);
  Multiplicand out{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n)};
  if (judgement.device == Activations::kFloat) {
    for (size_t i = 0; i < n; ++i) {
      out.value[i] = x.value[row + i];
      out.error[i] = x.error[row + i];
      out.has_error = out.has_error || out.error[i] > 0;
    }
    return out;
  }
  if (judgement.device == Activations::kBFloat16) {
    const bool same = judgement.reference == judgement.device;
    for (size_t i = 0; i < n; ++i) {
      brain_element(x.value[row + i], x.error[row + i], same, i, out);
    }
    return out;
  }
  for (size_t begin = 0; begin < n; begin += kActivationBlock) {
    const size_t count = std::min<size_t>(kActivationBlock, n - begin);
    if (judgement.reference == Activations::kFloat) {
      ideal_block(x, row + begin, count, begin, judgement.device, out);
    } else {
      same_rounding_block(x, row + begin, count, begin, judgement.device, out);
    }
  }
  return out;
}

}  // namespace

Approx analyse_linear(const Approx& x, const TensorView& weight, const TensorView& bias,
                      Judgement judgement) {
  judgement.device = matmul_activations(weight.format, judgement.device);
  judgement.reference = matmul_activations(weight.format, judgement.reference);
  std::vector<Multiplicand> rows;
  for (int64_t m = 0; m < x.rows; ++m) rows.push_back(multiplicand(x, m, judgement));

  const auto k = static_cast<double>(x.cols);
  // Rounding devices add integers exactly within the 16 or 32 elements of a scale; then at most two
  // terms (code and minimum) per 16 elements are added in float, for either code of an element.
  const double planes = judgement.device == Activations::kInt16Block32 ? 2 : 1;
  const double terms = activation_steps(judgement.device) == 0 ? k + 1 : planes * (k / 8 + 1);
  // Four roundings more: a decoded element (two), the product, the stored results.
  const double relative = accumulation(terms) + 4 * kUnit;

  Approx out(x.rows, weight.rows());
  for (int64_t n = 0; n < out.cols; ++n) {
    const auto w = decode_row_of(weight, n);
    const auto magnitude = composed_magnitude(weight.format, w);
    const double b = bias ? bias.row<const float>(0)[n] : 0.0;
    double weights = 0;
    for (const double v : magnitude) weights += v;
    for (int64_t m = 0; m < out.rows; ++m) {
      const Multiplicand& row = rows[static_cast<size_t>(m)];
      double sum = 0;
      double magnitudes = std::fabs(b);
      double flushed = planes * (weights * 127 + k + 1);  // what below 2^-126 is multiplied with
      for (size_t i = 0; i < w.size(); ++i) {
        sum += row.value[i] * static_cast<double>(w[i]);
        magnitudes += std::fabs(row.value[i]) * magnitude[i];
        if (judgement.device == Activations::kBFloat16) flushed += std::fabs(row.value[i]);
      }
      double moved = 0;
      double worst = 0;
      double squares = 0;
      if (row.has_error) {
        for (size_t i = 0; i < w.size(); ++i) {
          const double step = row.step[i] * std::fabs(w[i]);
          moved += row.error[i] * std::fabs(w[i]);
          magnitudes += (row.error[i] + row.step[i]) * magnitude[i];
          worst += step / 2;
          squares += step * step;
        }
        // Hoeffding (1963): independent errors of widths s_i exceed 3 sqrt(sum s_i^2) with a
        // probability below 2 exp(-18).
        moved += std::min(worst, 3 * std::sqrt(squares));
      }
      out.value[out.at(m, n)] = static_cast<float>(sum + b);
      out.error[out.at(m, n)] = moved + relative * magnitudes + kSmallest * flushed;
    }
  }
  return out;
}

}  // namespace realm
