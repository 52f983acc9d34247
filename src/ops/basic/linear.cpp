#include "ops/basic/linear.hpp"

#include "ops/activations.hpp"
#include "ops/check.hpp"
#include "ops/host.hpp"

namespace realm {

Result<void> check(const Linear& op) {
  const int64_t m = op.x.rows();
  const int64_t k = op.x.cols();
  const int64_t n = op.out.cols();
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, Shape{m, k}));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, Shape{m, n}));
  REALM_TRY(expect_weight(op.kName, "weight", op.weight, Shape{n, k}));
  REALM_TRY(expect_optional(op.kName, "bias", op.bias, Format::kF32, Shape{n}));
  return expect_no_alias(op.kName, "out", op.out, "x", op.x);
}

void reference(const Linear& op, Activations activations) {
  std::vector<std::vector<double>> x;
  for (int64_t r = 0; r < op.x.rows(); ++r) {
    x.push_back(matmul_row({op.x.row<const float>(r), static_cast<size_t>(op.x.cols())},
                           matmul_activations(op.weight.format, activations)));
  }
  for (int64_t n = 0; n < op.out.cols(); ++n) {
    const auto w = decode_row_of(op.weight, n);
    const double bias = op.bias ? op.bias.row<const float>(0)[n] : 0.0;
    for (int64_t m = 0; m < op.x.rows(); ++m) {
      const auto& row = x[static_cast<size_t>(m)];
      double sum = 0;
      for (size_t k = 0; k < w.size(); ++k) sum += row[k] * static_cast<double>(w[k]);
      op.out.row<float>(m)[n] = static_cast<float>(sum + bias);
    }
  }
}

}  // namespace realm
