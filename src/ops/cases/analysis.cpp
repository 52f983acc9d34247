#include "ops/cases/analysis.hpp"

#include <algorithm>
#include <cmath>

#include "ops/activations.hpp"
#include "ops/cases/random_weight.hpp"
#include "ops/host.hpp"

namespace realm {

double accumulation(double terms) { return kUnit * std::min(terms, 6.0 * std::sqrt(terms)); }

Approx exact(const TensorView& view) {
  Approx out(view.rows(), view.cols());
  for (int64_t r = 0; r < out.rows; ++r) {
    const auto* row = view.row<const float>(r);
    std::copy_n(row, out.cols, out.value.begin() + r * out.cols);
  }
  return out;
}

Approx analyse_rms_norm(const TensorView& x, const TensorView& weight, float eps) {
  return analyse_rms_norm(exact(x), weight, eps);
}

Approx analyse_rms_norm(const Approx& x, const TensorView& weight, float eps) {
  Approx out(x.rows, x.cols);
  const auto* w = weight.row<const float>(0);
  const auto n = static_cast<size_t>(weight.cols());
  const auto dim = static_cast<double>(n);
  // Half of the error of the sum of squares (the square root halves it), and one rounding each for
  // the mean, eps, root, inverse, two products and the stored results; a reciprocal square root
  // with one Newton step may take two more.
  const double relative = accumulation(dim + 1) / 2 + 9 * kUnit;
  for (size_t begin = 0; begin < x.value.size(); begin += n) {
    double sum = 0;
    double moved = 0;
    for (size_t i = begin; i < begin + n; ++i) {
      sum += x.value[i] * x.value[i];
      moved += x.error[i] * x.error[i];
    }
    // An error e of x moves the root mean square by no more than that of e (it is a norm), and the
    // root is never below that of eps.
    const double root = std::sqrt(sum / dim + eps);
    const double shift = std::sqrt(moved / dim);
    const double least = std::max(root - shift, std::sqrt(static_cast<double>(eps)));
    for (size_t c = 0; c < n; ++c) {
      const size_t i = begin + c;
      const double by = std::fabs(w[c]);
      const double carried =
          moved == 0 ? 0 : by * (x.error[i] + std::fabs(x.value[i]) * shift / root) / least;
      out.value[i] = static_cast<float>(x.value[i] / root * w[c]);
      out.error[i] = carried + relative * (std::fabs(out.value[i]) + carried) + kSmallest;
    }
  }
  return out;
}

Approx analyse_softcap(Approx x, float softcap) {
  if (softcap == 0) return x;
  for (size_t i = 0; i < x.value.size(); ++i) {
    // Slope at most 1; the quotient, tanh and the product are rounded, and the stored results.
    x.value[i] = static_cast<float>(softcap * std::tanh(x.value[i] / softcap));
    x.error[i] += (kFunctionUnits + 4) * kUnit * softcap;
  }
  return x;
}

Approx analyse_layer_norm(const TensorView& x, const TensorView& weight, const TensorView& bias,
                          float eps) {
  Approx out = exact(x);
  const auto* w = weight.row<const float>(0);
  const auto dim = static_cast<double>(out.cols);
  for (int64_t r = 0; r < out.rows; ++r) {
    double mean = 0;
    double magnitude = 0;
    for (int64_t c = 0; c < out.cols; ++c) {
      mean += out.value[out.at(r, c)] / dim;
      magnitude += std::fabs(out.value[out.at(r, c)]) / dim;
    }
    double variance = 0;
    for (int64_t c = 0; c < out.cols; ++c) {
      const double d = out.value[out.at(r, c)] - mean;
      variance += d * d / dim;
    }
    const double scale = 1.0 / std::sqrt(variance + eps);
    // The mean is a sum and a quotient. Deviations from a wrong mean add its error's square to the
    // variance, and nothing else: the true ones sum to zero.
    const double mean_error = (accumulation(dim + 1) + 2 * kUnit) * magnitude + kSmallest;
    const double moved = mean_error * mean_error * scale * scale;
    // Half of the variance's error; then as for the root mean square, a deviation's square twice.
    const double relative = moved / 2 + accumulation(dim + 1) / 2 + 11 * kUnit;
    for (int64_t c = 0; c < out.cols; ++c) {
      const double d = out.value[out.at(r, c)] - mean;
      const double product = d * scale * w[c];
      const double b = bias ? bias.row<const float>(0)[c] : 0.0;
      out.value[out.at(r, c)] = static_cast<float>(product + b);
      // A larger variance makes the scale smaller: at most all of the product is lost by it.
      out.error[out.at(r, c)] = mean_error * scale * std::fabs(w[c]) * (1 + relative) +
                                std::min(relative, 1 + 20 * kUnit) * std::fabs(product) +
                                2 * kUnit * (std::fabs(product) + std::fabs(b)) + kSmallest;
    }
  }
  return out;
}

double activation_error(Activation activation, double v) {
  // exp saturates where float32 ends: v e^-|v| there is below v * 2^-125.
  const double floor = std::fabs(v) * 2 * kSmallest + kSmallest;
  if (activation == Activation::kSilu) {
    // exp, 1 +, division.
    return std::fabs(activate(activation, v)) * (kFunctionUnits + 3) * kUnit + floor;
  }
  // 0.5 v (1 + tanh(z)): tanh and its sum with 1 are off by units of 1, not of the (possibly
  // cancelled) result; z is off by six roundings and passes on with tanh's slope.
  const double z = 0.7978845608028654 * (v + 0.044715 * v * v * v);
  const double t = std::tanh(z);
  const double inner = 6 * kUnit * std::fabs(z) * (1 - t * t);
  return 0.5 * std::fabs(v) * (inner + (kFunctionUnits + 3) * kUnit) + floor;
}

double gelu_error(GeluForm form, double v) {
  if (form == GeluForm::kTanh) return activation_error(Activation::kGeluTanh, v);
  // 0.5 v (1 + erf(z)): as there; z is off by its product and constant, erf's slope passes it on.
  const double z = v * 0.70710678118654752;
  const double inner = 2 * kUnit * std::fabs(z) * 1.1283791670955126 * std::exp(-z * z);
  return 0.5 * std::fabs(v) * (inner + (kFunctionUnits + 3) * kUnit) + kSmallest;
}

Approx analyse_act_mul(Activation activation, const Approx& gate, const Approx& up) {
  constexpr double kSlope = 1.13;  // largest slope of both functions
  Approx out(gate.rows, gate.cols);
  for (size_t i = 0; i < out.value.size(); ++i) {
    const double act = activate(activation, gate.value[i]);
    const double act_error = activation_error(activation, gate.value[i]) + kSlope * gate.error[i];
    out.value[i] = static_cast<float>(act * up.value[i]);
    out.error[i] = act_error * (std::fabs(up.value[i]) + up.error[i]) +
                   std::fabs(act) * up.error[i] + 2 * kUnit * std::fabs(out.value[i]) + kSmallest;
  }
  return out;
}

Approx analyse_add(const Approx& a, const Approx& b) {
  Approx out(a.rows, a.cols);
  for (size_t i = 0; i < out.value.size(); ++i) {
    out.value[i] = static_cast<float>(a.value[i] + b.value[i]);
    const double moved = a.error[i] + b.error[i];
    // Two operands known exactly give a correctly rounded sum on every IEEE device.
    out.error[i] = moved + kSmallest;
    if (moved > 0) out.error[i] += 2 * kUnit * (std::fabs(a.value[i]) + std::fabs(b.value[i]));
  }
  return out;
}

std::vector<double> composed_magnitude(Format format, const std::vector<float>& row) {
  std::vector<double> out(row.size());
  if (!is_block_format(format)) {
    for (size_t i = 0; i < row.size(); ++i) out[i] = std::fabs(row[i]);
    return out;
  }
  // In a run of 32 random codes the largest |w| is close to the larger end of the code's range;
  // the minimum and the scaled code, added as magnitudes, are below 4 times that.
  for (size_t begin = 0; begin < row.size(); begin += 32) {
    const size_t end = std::min(begin + 32, row.size());
    double largest = 0;
    for (size_t i = begin; i < end; ++i) largest = std::max<double>(largest, std::fabs(row[i]));
    for (size_t i = begin; i < end; ++i) out[i] = 4 * largest;
  }
  return out;
}

}  // namespace realm
