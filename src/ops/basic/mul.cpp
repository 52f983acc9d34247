#include "ops/basic/mul.hpp"

#include <cmath>

#include "ops/check.hpp"

namespace realm {

Result<void> check(const Mul& op) {
  const Shape shape{op.a.rows(), op.a.cols()};
  REALM_TRY(expect(op.kName, "a", op.a, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "b", op.b, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  REALM_TRY(expect_no_alias(op.kName, "out", op.out, "a", op.a, true));
  REALM_TRY(expect_no_alias(op.kName, "out", op.out, "b", op.b, true));
  return {};
}

void reference(const Mul& op, Activations) {
  for (int64_t r = 0; r < op.a.rows(); ++r) {
    const auto* a = op.a.row<const float>(r);
    const auto* b = op.b.row<const float>(r);
    auto* out = op.out.row<float>(r);
    for (int64_t c = 0; c < op.a.cols(); ++c) {
      out[c] = static_cast<float>(static_cast<double>(a[c]) * b[c]);
    }
  }
}

}  // namespace realm
