#include "ops/basic/silu.hpp"

#include <cmath>

#include "ops/check.hpp"

namespace realm {

Result<void> check(const Silu& op) {
  const Shape shape{op.x.rows(), op.x.cols()};
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  REALM_TRY(expect_no_alias(op.kName, "out", op.out, "x", op.x, true));
  return {};
}

void reference(const Silu& op, Activations) {
  for (int64_t r = 0; r < op.x.rows(); ++r) {
    const auto* x = op.x.row<const float>(r);
    auto* out = op.out.row<float>(r);
    for (int64_t c = 0; c < op.x.cols(); ++c) {
      const double v = x[c];
      out[c] = static_cast<float>(v / (1.0 + std::exp(-v)));
    }
  }
}

}  // namespace realm
