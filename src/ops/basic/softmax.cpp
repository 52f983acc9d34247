#include "ops/basic/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "ops/check.hpp"

namespace realm {

Result<void> check(const Softmax& op) {
  const Shape shape{op.x.rows(), op.x.cols()};
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  REALM_TRY(expect_that(op.kName, op.scale > 0, "scale must be positive"));
  return expect_no_alias(op.kName, "out", op.out, "x", op.x, true);
}

void reference(const Softmax& op, Activations) {
  std::vector<double> p(static_cast<size_t>(op.x.cols()));
  for (int64_t r = 0; r < op.x.rows(); ++r) {
    const auto* x = op.x.row<const float>(r);
    double largest = -std::numeric_limits<double>::infinity();
    for (size_t c = 0; c < p.size(); ++c) {
      largest = std::max(largest, static_cast<double>(op.scale) * x[c]);
    }
    double sum = 0;
    for (size_t c = 0; c < p.size(); ++c) {
      p[c] = std::exp(static_cast<double>(op.scale) * x[c] - largest);
      sum += p[c];
    }
    for (size_t c = 0; c < p.size(); ++c) op.out.row<float>(r)[c] = static_cast<float>(p[c] / sum);
  }
}

}  // namespace realm
