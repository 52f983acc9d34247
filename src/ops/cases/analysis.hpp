// Running error analysis (Wilkinson, 1963; Higham, 2002): the values of an op by its definition,
// each with a bound of how far a device that obeys the contract may be away from them. The bound of
// a fused op is the composition of its parts' analyses, as its reference is of their references.
//
// A bound of a sum uses the probabilistic constant of Higham and Mary (2019): n roundings of random
// data add up to 6 sqrt(n) units instead of n, wrong with a probability below 1e-7 for data far
// worse than ours; for n <= 36 it is the worst case itself.
#pragma once

#include <cstdint>
#include <vector>

#include "ops/basic/act_mul.hpp"
#include "ops/basic/gelu.hpp"
#include "ops/op.hpp"

namespace realm {

/// Which result is judged by which: the device's rounding of activations, and the reference's.
/// {int8, float} is the ideal judgement of a rounding device, {int8, int8} the same-rounding one.
struct Judgement {
  Activations device = Activations::kFloat;
  Activations reference = Activations::kFloat;
  AttentionMath attention = AttentionMath::kFloat;  ///< of the device; the reference rounds nothing
};

constexpr double kUnit = 0x1p-24;       ///< largest relative error of one float32 rounding
constexpr double kSmallest = 0x1p-126;  ///< below it a device may flush to zero
constexpr double kFunctionUnits =
    4.0;  ///< ulps of an exp, tanh or erf of a device, in units of kUnit

/// Relative error of a sum of `terms` products in float32, in any order.
double accumulation(double terms);

/// A matrix of values with bounds, row-major.
struct Approx {
  Approx(int64_t n_rows, int64_t n_cols)
      : rows(n_rows),
        cols(n_cols),
        value(static_cast<size_t>(n_rows * n_cols)),
        error(static_cast<size_t>(n_rows * n_cols)) {}
  size_t at(int64_t r, int64_t c) const { return static_cast<size_t>(r * cols + c); }

  int64_t rows;
  int64_t cols;
  std::vector<double> value;
  std::vector<double> error;
};

/// An F32 view as it is: no error.
Approx exact(const TensorView& view);
/// RMS norm of exact rows.
Approx analyse_rms_norm(const TensorView& x, const TensorView& weight, float eps);
/// RMS norm of every weight.cols() elements of each row: of heads, or of whole rows.
Approx analyse_rms_norm(const Approx& x, const TensorView& weight, float eps);
/// softcap * tanh(x / softcap).
Approx analyse_softcap(Approx x, float softcap);
/// Layer norm of exact rows.
Approx analyse_layer_norm(const TensorView& x, const TensorView& weight, const TensorView& bias,
                          float eps);
Approx analyse_linear(const Approx& x, const TensorView& weight, const TensorView& bias,
                      Judgement judgement);
Approx analyse_act_mul(Activation activation, const Approx& gate, const Approx& up);
Approx analyse_add(const Approx& a, const Approx& b);

/// Largest error of act(v) in float32.
double activation_error(Activation activation, double v);
/// Largest error of gelu(v) in float32.
double gelu_error(GeluForm form, double v);

/// Magnitude of the terms from which a device may compose the elements of a decoded weight row: for
/// plain formats |w|; for blocks scale * code and minimum separately, which may cancel.
std::vector<double> composed_magnitude(Format format, const std::vector<float>& row);

}  // namespace realm
