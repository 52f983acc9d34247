// Cases and bounds of embed and of the matmuls: linear, linear_add, linear_norm_add, norm_linear,
// norm_gate_up.
#include <cmath>
#include <limits>

#include "base/str.hpp"
#include "ops/cases/random_weight.hpp"
#include "ops/cases/sizes.hpp"
#include "ops/host.hpp"

namespace realm {
namespace {

std::string label_of(const MatmulSize& s, const TensorView& x, bool bias) {
  return str(info(s.format).name, " m", s.m, " n", s.n, " k", s.k,
             x.row_stride_bytes > static_cast<size_t>(s.k) * sizeof(float) ? " strided" : "",
             bias ? " bias" : "", " fill ", static_cast<int>(activation_fill(s.index)));
}

// Activations; in some cases with a NaN in one row, which must poison that row and no other.
TensorView activations(Arena& arena, const MatmulSize& s) {
  const TensorView x = arena.floats(Shape{s.m, s.k}, activation_fill(s.index),
                                    cycle<int64_t>({0, 0, 3, 16}, s.index));
  if (s.index % 13 == 7) {
    x.row<float>(s.m - 1)[s.k / 2] = std::numeric_limits<float>::quiet_NaN();
  }
  return x;
}

TensorView maybe_bias(Arena& arena, const MatmulSize& s, size_t every, int64_t n) {
  if (s.index % every != 0) return {};
  return arena.floats(Shape{n}, Fill::kGaussian);
}

int64_t out_pad(const MatmulSize& s) { return cycle<int64_t>({0, 2, 0, 0, 13}, s.index); }

}  // namespace

void cases(const Embed*, const CaseOptions& options, const Visit<Embed>& visit) {
  for (const MatmulSize& s : matmul_sizes(options)) {
    Arena arena(case_seed(options, Embed::kName, s.index));
    std::vector<int32_t> tokens;
    for (int64_t i = 0; i < s.m; ++i)
      tokens.push_back(static_cast<int32_t>(arena.rng().below(s.n)));
    // Tokens outside the table, at both ends and far away.
    constexpr int32_t kFar[] = {-1, std::numeric_limits<int32_t>::max(),
                                std::numeric_limits<int32_t>::min()};
    if (s.m > 2) tokens[1] = static_cast<int32_t>(s.n);
    if (s.m > 4) tokens[3] = cycle(kFar, s.index);
    Embed op;
    op.tokens = arena.ints(Shape{s.m}, tokens);
    op.table = arena.weight(s.format, s.n, s.k);
    op.out = arena.output(Shape{s.m, s.k}, out_pad(s));
    op.scale = cycle({1.0f, 24.0f, 0.3f}, s.index);
    Case<Embed> c{.label = str(info(s.format).name, " tokens ", s.m, " vocab ", s.n, " dim ", s.k,
                               " scale ", op.scale),
                  .op = op};
    c.refill = [op, tokens]() mutable {
      for (int32_t& token : tokens) token = static_cast<int32_t>(op.table.rows() - 1) - token / 2;
      Arena::set_ints(op.tokens, tokens);
    };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const Embed& op, Judgement, CacheBounds&) {
  std::vector<double> bounds(static_cast<size_t>(op.out.shape.elems()));
  for (int64_t i = 0; i < op.out.rows(); ++i) {
    const int32_t token = op.tokens.row<const int32_t>(0)[i];
    if (token < 0 || token >= op.table.rows()) continue;
    const auto row = decode_row_of(op.table, token);
    const auto magnitude = composed_magnitude(op.table.format, row);
    for (size_t c = 0; c < row.size(); ++c) {
      // Blocks: scaled code and minimum, each rounded, in the worst order; then the scale.
      const double decode = is_block_format(op.table.format) ? kUnit * magnitude[c] : 0;
      const double product = op.scale == 1.0f ? 0 : kUnit * std::fabs(row[c]);
      bounds[static_cast<size_t>(i * op.out.cols()) + c] =
          (decode + product) * std::fabs(op.scale) + kSmallest;
    }
  }
  return bounds;
}

void cases(const Linear*, const CaseOptions& options, const Visit<Linear>& visit) {
  for (const MatmulSize& s : matmul_sizes(options)) {
    Arena arena(case_seed(options, Linear::kName, s.index));
    Linear op;
    op.x = activations(arena, s);
    op.weight = arena.weight(s.format, s.n, s.k);
    op.bias = maybe_bias(arena, s, 3, s.n);
    op.out = arena.output(Shape{s.m, s.n}, out_pad(s));
    Case<Linear> c{.label = label_of(s, op.x, static_cast<bool>(op.bias)), .op = op};
    c.refill = [&arena, op] { arena.refill(op.x, Fill::kOutliers); };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const Linear& op, Judgement judgement, CacheBounds&) {
  return analyse_linear(exact(op.x), op.weight, op.bias, judgement).error;
}

void cases(const LinearAdd*, const CaseOptions& options, const Visit<LinearAdd>& visit) {
  for (const MatmulSize& s : matmul_sizes(options)) {
    Arena arena(case_seed(options, LinearAdd::kName, s.index));
    LinearAdd op;
    op.x = activations(arena, s);
    op.weight = arena.weight(s.format, s.n, s.k);
    op.bias = maybe_bias(arena, s, 4, s.n);
    op.residual = arena.floats(Shape{s.m, s.n}, activation_fill(s.index + 1), out_pad(s));
    const bool in_place = s.index % 2 == 0;
    op.out = in_place ? op.residual : arena.output(Shape{s.m, s.n}, s.index % 3 == 0 ? 1 : 0);
    Case<LinearAdd> c{
        .label = label_of(s, op.x, static_cast<bool>(op.bias)) + (in_place ? " in place" : ""),
        .op = op};
    c.refill = [&arena, op] {
      arena.refill(op.x, Fill::kUniform);
      arena.refill(op.residual, Fill::kGaussian);
    };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const LinearAdd& op, Judgement judgement, CacheBounds&) {
  return analyse_add(exact(op.residual), analyse_linear(exact(op.x), op.weight, op.bias, judgement))
      .error;
}

void cases(const LinearNormAdd*, const CaseOptions& options, const Visit<LinearNormAdd>& visit) {
  for (const MatmulSize& s : matmul_sizes(options)) {
    Arena arena(case_seed(options, LinearNormAdd::kName, s.index));
    LinearNormAdd op;
    op.eps = cycle({1e-5f, 1e-6f}, s.index);
    op.x = activations(arena, s);
    op.weight = arena.weight(s.format, s.n, s.k);
    op.bias = maybe_bias(arena, s, 4, s.n);
    op.norm_weight = arena.floats(Shape{s.n}, Fill::kPositive);
    op.residual = arena.floats(Shape{s.m, s.n}, activation_fill(s.index + 1), out_pad(s));
    const bool in_place = s.index % 2 == 0;
    op.out = in_place ? op.residual : arena.output(Shape{s.m, s.n}, s.index % 3 == 0 ? 1 : 0);
    Case<LinearNormAdd> c{
        .label = label_of(s, op.x, static_cast<bool>(op.bias)) + (in_place ? " in place" : ""),
        .op = op};
    c.refill = [&arena, op] {
      arena.refill(op.x, Fill::kUniform);
      arena.refill(op.residual, Fill::kGaussian);
    };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const LinearNormAdd& op, Judgement judgement, CacheBounds&) {
  const Approx product = analyse_linear(exact(op.x), op.weight, op.bias, judgement);
  return analyse_add(exact(op.residual), analyse_rms_norm(product, op.norm_weight, op.eps)).error;
}

void cases(const NormLinear*, const CaseOptions& options, const Visit<NormLinear>& visit) {
  for (const MatmulSize& s : matmul_sizes(options)) {
    Arena arena(case_seed(options, NormLinear::kName, s.index));
    NormLinear op;
    op.eps = cycle({1e-5f, 1e-6f}, s.index);
    op.x = activations(arena, s);
    op.softcap = cycle({0.0f, 30.0f, 0.0f, 2.0f, 0.0f}, s.index / 2);
    op.norm_weight = arena.floats(Shape{s.k}, Fill::kPositive);
    op.weight = arena.weight(s.format, s.n, s.k);
    op.bias = maybe_bias(arena, s, 5, s.n);
    std::vector<int32_t> rows;
    int64_t m = s.m;
    if (s.index % 3 != 0) {  // some rows, out of order, one of them twice
      m = s.m / 2 + 1;
      for (int64_t i = 0; i < m; ++i) rows.push_back(static_cast<int32_t>(arena.rng().below(s.m)));
      op.rows = arena.ints(Shape{m}, rows);
    }
    op.out = arena.output(Shape{m, s.n}, out_pad(s));
    Case<NormLinear> c{.label = label_of(s, op.x, static_cast<bool>(op.bias)) +
                                (op.rows ? str(" rows ", m) : std::string()) +
                                (op.softcap > 0 ? str(" softcap ", op.softcap) : std::string()),
                       .op = op};
    c.refill = [&arena, op, rows]() mutable {
      arena.refill(op.x, Fill::kOutliers);
      for (int32_t& row : rows) row = static_cast<int32_t>(op.x.rows() - 1) - row;
      if (op.rows) Arena::set_ints(op.rows, rows);
    };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const NormLinear& op, Judgement judgement, CacheBounds&) {
  const Approx all = analyse_rms_norm(op.x, op.norm_weight, op.eps);
  Approx picked(op.out.rows(), op.x.cols());
  for (int64_t j = 0; j < picked.rows; ++j) {
    const int64_t r = op.rows ? op.rows.row<const int32_t>(0)[j] : j;
    for (int64_t c = 0; c < picked.cols; ++c) {
      picked.value[picked.at(j, c)] = all.value[all.at(r, c)];
      picked.error[picked.at(j, c)] = all.error[all.at(r, c)];
    }
  }
  return analyse_softcap(analyse_linear(picked, op.weight, op.bias, judgement), op.softcap).error;
}

void cases(const NormGateUp*, const CaseOptions& options, const Visit<NormGateUp>& visit) {
  for (const MatmulSize& s : matmul_sizes(options)) {
    Arena arena(case_seed(options, NormGateUp::kName, s.index));
    // One in seven pairs two formats, where the blocks allow it.
    Format up = s.format;
    if (s.index % 7 == 3 && s.k % 256 == 0) up = cycle({Format::kQ6_K, Format::kQ8_0}, s.index);
    if (s.index % 7 == 5) up = Format::kF16;
    NormGateUp op;
    op.eps = cycle({1e-5f, 1e-6f}, s.index);
    op.activation = s.index % 2 == 0 ? Activation::kSilu : Activation::kGeluTanh;
    op.x = activations(arena, s);
    op.norm_weight = arena.floats(Shape{s.k}, Fill::kPositive);
    op.gate_weight = arena.weight(s.format, s.n, s.k);
    op.up_weight = arena.weight(up, s.n, s.k);
    op.gate_bias = maybe_bias(arena, s, 4, s.n);
    op.up_bias = maybe_bias(arena, s, 6, s.n);
    op.out = arena.output(Shape{s.m, s.n}, out_pad(s));
    Case<NormGateUp> c{.label = label_of(s, op.x, op.gate_bias || op.up_bias) +
                                str(" up ", info(up).name,
                                    op.activation == Activation::kSilu ? " silu" : " gelu_tanh"),
                       .op = op};
    c.refill = [&arena, op] { arena.refill(op.x, Fill::kOutliers); };
    visit(c, arena);
  }
}

std::vector<double> error_bounds(const NormGateUp& op, Judgement judgement, CacheBounds&) {
  const Approx normed = analyse_rms_norm(op.x, op.norm_weight, op.eps);
  const Approx gate = analyse_linear(normed, op.gate_weight, op.gate_bias, judgement);
  const Approx up = analyse_linear(normed, op.up_weight, op.up_bias, judgement);
  return analyse_act_mul(op.activation, gate, up).error;
}

}  // namespace realm
