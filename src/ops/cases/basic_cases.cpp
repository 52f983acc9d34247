// Cases and bounds of the ops that go element by element or row by row.
#include <cmath>
#include <limits>

#include "base/str.hpp"
#include "ops/cases/sizes.hpp"

namespace realm {
namespace {

struct RowSize {
  int64_t rows;
  int64_t cols;
  size_t index;
  Fill fill;
  int64_t in_pad;   // gap after an input's row, in elements
  int64_t out_pad;  // the same for an output
  bool in_place;
};

std::vector<RowSize> row_sizes(const CaseOptions& options) {
  std::vector<RowSize> out;
  const size_t count = options.quick ? 12 : 66;
  for (size_t i = 0; i < count; ++i) {
    out.push_back({cycle(kRowCounts, i), cycle(kWidths, i / 3 + i), i, activation_fill(i / 2),
                   cycle<int64_t>({0, 5, 0}, i), cycle<int64_t>({0, 0, 3, 1}, i), i % 4 == 3});
  }
  return out;
}

std::string label_of(const RowSize& s) {
  return str(s.rows, "x", s.cols, s.in_place ? " in place" : "", " strides +", s.in_pad, "/+",
             s.out_pad, " fill ", static_cast<int>(s.fill));
}

// One NaN among the inputs must reach the outputs that depend on it, and no other.
void maybe_poison(const RowSize& s, const TensorView& view) {
  if (s.index % 11 != 5) return;
  const int64_t r = s.rows / 2;
  view.row<float>(r)[s.cols / 2] = std::numeric_limits<float>::quiet_NaN();
}

std::vector<double> bounds_like(const TensorView& out) {
  return std::vector<double>(static_cast<size_t>(out.shape.elems()));
}

// An element-wise bound f(r, c) over the whole output.
template <class F>
std::vector<double> each_element(const TensorView& out, F&& f) {
  auto bounds = bounds_like(out);
  for (int64_t r = 0; r < out.rows(); ++r) {
    for (int64_t c = 0; c < out.cols(); ++c) {
      bounds[static_cast<size_t>(r * out.cols() + c)] = f(r, c);
    }
  }
  return bounds;
}

template <class Op>
void two_operand_cases(const CaseOptions& options, const Visit<Op>& visit) {
  for (const RowSize& s : row_sizes(options)) {
    Arena arena(case_seed(options, Op::kName, s.index));
    Op op;
    op.a = arena.floats(Shape{s.rows, s.cols}, s.fill, s.in_pad);
    op.b = arena.floats(Shape{s.rows, s.cols}, activation_fill(s.index), s.out_pad);
    maybe_poison(s, op.a);
    op.out = arena.output(Shape{s.rows, s.cols}, s.out_pad);
    if (s.in_place) op.out = s.index % 8 == 3 ? op.a : op.b;
    Case<Op> c{.label = label_of(s), .op = op};
    c.refill = [&arena, op] {
      arena.refill(op.a, Fill::kGaussian);
      arena.refill(op.b, Fill::kOutliers);
    };
    visit(c, arena);
  }
}

}  // namespace

void cases(const Add*, const CaseOptions& options, const Visit<Add>& visit) {
  two_operand_cases<Add>(options, visit);
}
void cases(const Mul*, const CaseOptions& options, const Visit<Mul>& visit) {
  two_operand_cases<Mul>(options, visit);
}

// One IEEE operation on exact operands: the float result is the rounded one, to the bit, unless
// the device flushes subnormal numbers.
std::vector<double> error_bounds(const Add& op, Judgement, CacheBounds&) {
  return each_element(op.out, [](int64_t, int64_t) { return kSmallest; });
}
std::vector<double> error_bounds(const Mul& op, Judgement, CacheBounds&) {
  return each_element(op.out, [](int64_t, int64_t) { return kSmallest; });
}

void cases(const Silu*, const CaseOptions& options, const Visit<Silu>& visit) {
  for (const RowSize& s : row_sizes(options)) {
    Arena arena(case_seed(options, Silu::kName, s.index));
    Silu op;
    op.x = arena.floats(Shape{s.rows, s.cols}, s.fill, s.in_pad);
    maybe_poison(s, op.x);
    op.out = s.in_place ? op.x : arena.output(Shape{s.rows, s.cols}, s.out_pad);
    Case<Silu> c{.label = label_of(s), .op = op};
    c.refill = [&arena, op] { arena.refill(op.x, Fill::kOutliers); };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const Silu& op, Judgement, CacheBounds&) {
  return each_element(op.out, [&](int64_t r, int64_t c) {
    return activation_error(Activation::kSilu, op.x.row<const float>(r)[c]);
  });
}

void cases(const Gelu*, const CaseOptions& options, const Visit<Gelu>& visit) {
  for (const RowSize& s : row_sizes(options)) {
    Arena arena(case_seed(options, Gelu::kName, s.index));
    Gelu op;
    op.form = s.index % 3 == 2 ? GeluForm::kTanh : GeluForm::kErf;
    op.x = arena.floats(Shape{s.rows, s.cols}, s.fill, s.in_pad);
    maybe_poison(s, op.x);
    op.out = s.in_place ? op.x : arena.output(Shape{s.rows, s.cols}, s.out_pad);
    Case<Gelu> c{.label = label_of(s) + (op.form == GeluForm::kErf ? " erf" : " tanh"), .op = op};
    c.refill = [&arena, op] { arena.refill(op.x, Fill::kOutliers); };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const Gelu& op, Judgement, CacheBounds&) {
  return each_element(op.out, [&](int64_t r, int64_t c) {
    return gelu_error(op.form, op.x.row<const float>(r)[c]);
  });
}

void cases(const ActMul*, const CaseOptions& options, const Visit<ActMul>& visit) {
  for (const RowSize& s : row_sizes(options)) {
    Arena arena(case_seed(options, ActMul::kName, s.index));
    ActMul op;
    op.activation = s.index % 2 == 0 ? Activation::kSilu : Activation::kGeluTanh;
    op.gate = arena.floats(Shape{s.rows, s.cols}, s.fill, s.in_pad);
    op.up = arena.floats(Shape{s.rows, s.cols}, activation_fill(s.index), s.out_pad);
    maybe_poison(s, op.gate);
    op.out = arena.output(Shape{s.rows, s.cols}, s.out_pad);
    if (s.in_place) op.out = s.index % 8 == 3 ? op.gate : op.up;
    Case<ActMul> c{.label = label_of(s) + (s.index % 2 == 0 ? " silu" : " gelu_tanh"), .op = op};
    c.refill = [&arena, op] {
      arena.refill(op.gate, Fill::kOutliers);
      arena.refill(op.up, Fill::kGaussian);
    };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const ActMul& op, Judgement, CacheBounds&) {
  return analyse_act_mul(op.activation, exact(op.gate), exact(op.up)).error;
}

void cases(const RmsNorm*, const CaseOptions& options, const Visit<RmsNorm>& visit) {
  for (const RowSize& s : row_sizes(options)) {
    Arena arena(case_seed(options, RmsNorm::kName, s.index));
    RmsNorm op;
    op.eps = cycle({1e-6f, 1e-5f, 1e-12f}, s.index);
    op.x = arena.floats(Shape{s.rows, s.cols}, s.fill, s.in_pad);
    maybe_poison(s, op.x);
    op.weight = arena.floats(Shape{s.cols}, s.index % 5 == 0 ? Fill::kOutliers : Fill::kPositive);
    op.out = s.in_place ? op.x : arena.output(Shape{s.rows, s.cols}, s.out_pad);
    Case<RmsNorm> c{.label = label_of(s) + str(" eps ", op.eps), .op = op};
    c.refill = [&arena, op] { arena.refill(op.x, Fill::kOutliers); };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const RmsNorm& op, Judgement, CacheBounds&) {
  return analyse_rms_norm(op.x, op.weight, op.eps).error;
}

void cases(const LayerNorm*, const CaseOptions& options, const Visit<LayerNorm>& visit) {
  for (const RowSize& s : row_sizes(options)) {
    Arena arena(case_seed(options, LayerNorm::kName, s.index));
    LayerNorm op;
    op.eps = cycle({1e-12f, 1e-5f, 1e-6f}, s.index);
    op.x = arena.floats(Shape{s.rows, s.cols}, s.fill, s.in_pad);
    // Rows far from zero: what is left of their digits is their deviations.
    const float shift = cycle({0.0f, 0.0f, 30.0f, -1000.0f}, s.index / 2);
    for (int64_t r = 0; r < s.rows; ++r) {
      for (int64_t c = 0; c < s.cols; ++c) op.x.row<float>(r)[c] += shift;
    }
    maybe_poison(s, op.x);
    op.weight = arena.floats(Shape{s.cols}, s.index % 5 == 0 ? Fill::kOutliers : Fill::kPositive);
    if (s.index % 3 != 1) op.bias = arena.floats(Shape{s.cols}, Fill::kGaussian);
    op.out = s.in_place ? op.x : arena.output(Shape{s.rows, s.cols}, s.out_pad);
    Case<LayerNorm> c{
        .label = label_of(s) + str(" eps ", op.eps, " shift ", shift, op.bias ? " bias" : ""),
        .op = op};
    c.refill = [&arena, op] { arena.refill(op.x, Fill::kOutliers); };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const LayerNorm& op, Judgement, CacheBounds&) {
  return analyse_layer_norm(op.x, op.weight, op.bias, op.eps).error;
}

void cases(const Softmax*, const CaseOptions& options, const Visit<Softmax>& visit) {
  for (const RowSize& s : row_sizes(options)) {
    Arena arena(case_seed(options, Softmax::kName, s.index));
    Softmax op;
    op.scale = cycle({1.0f, 0.125f, 8.0f}, s.index);
    op.x = arena.floats(Shape{s.rows, s.cols}, s.fill, s.in_pad);
    maybe_poison(s, op.x);
    std::string note;
    if (s.index % 7 == 2) {  // masked elements; in the first row all of them
      note = " with -inf";
      const float masked = -std::numeric_limits<float>::infinity();
      for (int64_t r = 0; r < s.rows; ++r) {
        for (int64_t c = 0; c < s.cols; ++c) {
          if (r == 0 || (r + c) % 3 == 0) op.x.row<float>(r)[c] = masked;
        }
      }
    }
    op.out = s.in_place ? op.x : arena.output(Shape{s.rows, s.cols}, s.out_pad);
    Case<Softmax> c{.label = label_of(s) + str(" scale ", op.scale) + note, .op = op};
    c.refill = [&arena, op] { arena.refill(op.x, Fill::kGaussian); };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const Softmax& op, Judgement, CacheBounds&) {
  auto bounds = bounds_like(op.out);
  const int64_t cols = op.x.cols();
  std::vector<double> p(static_cast<size_t>(cols));
  std::vector<double> relative(p.size());
  for (int64_t r = 0; r < op.x.rows(); ++r) {
    const auto* x = op.x.row<const float>(r);
    double largest = -std::numeric_limits<double>::infinity();
    for (int64_t c = 0; c < cols; ++c) {
      largest = std::max(largest, static_cast<double>(op.scale) * x[c]);
    }
    double sum = 0;
    double moved = 0;
    for (size_t c = 0; c < p.size(); ++c) {
      const double z = static_cast<double>(op.scale) * x[c];
      p[c] = std::exp(z - largest);
      // The argument: the product, the maximum and their difference are rounded.
      const double argument = kUnit * (std::fabs(z) + std::fabs(largest) + std::fabs(z - largest));
      relative[c] = p[c] == 0 ? 0 : argument + kFunctionUnits * kUnit;
      sum += p[c];
      moved += p[c] * relative[c];
    }
    // The sum moves by the average of its terms; then sum, inverse, product and stored results.
    const double shared = moved / sum + accumulation(static_cast<double>(cols)) + 4 * kUnit;
    for (size_t c = 0; c < p.size(); ++c) {
      // A device's exp may end at the smallest normal number.
      bounds[static_cast<size_t>(r * cols) + c] =
          p[c] / sum * (relative[c] + shared) + 2 * kSmallest;
    }
  }
  return bounds;
}

}  // namespace realm
