#include "ops/attention/rope.hpp"

#include "ops/check.hpp"

namespace realm {

Result<void> check(const Rope& op) {
  const Shape shape{op.x.rows(), op.x.cols()};
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, shape));
  REALM_TRY(expect(op.kName, "table", op.table, Format::kF32, Shape{op.x.rows(), op.table.cols()}));
  REALM_TRY(expect_that(op.kName, op.head_dim > 0 && op.x.cols() % op.head_dim == 0,
                        "x is not made of whole heads"));
  REALM_TRY(expect_that(op.kName, op.table.cols() % 2 == 0 && op.table.cols() <= op.head_dim,
                        "the table turns more elements than a head has"));
  return expect_no_alias(op.kName, "out", op.out, "x", op.x, true);
}

void reference(const Rope& op, Activations) {
  const int64_t half = op.table.cols() / 2;
  for (int64_t r = 0; r < op.x.rows(); ++r) {
    const auto* cosine = op.table.row<const float>(r);
    const auto* sine = cosine + half;
    for (int64_t head = 0; head < op.x.cols(); head += op.head_dim) {
      const auto* x = op.x.row<const float>(r) + head;
      auto* out = op.out.row<float>(r) + head;
      for (int64_t c = 2 * half; c < op.head_dim; ++c) out[c] = x[c];
      for (int64_t j = 0; j < half; ++j) {
        const int64_t ia = op.pairs == RopePairs::kAdjacent ? 2 * j : j;
        const int64_t ib = op.pairs == RopePairs::kAdjacent ? 2 * j + 1 : j + half;
        const double a = x[ia];
        const double b = x[ib];
        out[ia] = static_cast<float>(a * cosine[j] - b * sine[j]);
        out[ib] = static_cast<float>(b * cosine[j] + a * sine[j]);
      }
    }
  }
}

}  // namespace realm
