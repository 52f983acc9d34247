#include "ops/basic/embed.hpp"

#include <algorithm>
#include <limits>

#include "ops/check.hpp"
#include "ops/host.hpp"

namespace realm {

Result<void> check(const Embed& op) {
  const int64_t n = op.tokens.cols();
  const int64_t dim = op.out.cols();
  REALM_TRY(expect(op.kName, "tokens", op.tokens, Format::kI32, Shape{n}));
  REALM_TRY(expect(op.kName, "out", op.out, Format::kF32, Shape{n, dim}));
  return expect_weight(op.kName, "table", op.table, Shape{op.table.rows(), dim});
}

void reference(const Embed& op, Activations) {
  const auto* tokens = op.tokens.row<const int32_t>(0);
  for (int64_t i = 0; i < op.out.rows(); ++i) {
    auto* out = op.out.row<float>(i);
    if (tokens[i] < 0 || tokens[i] >= op.table.rows()) {
      std::fill_n(out, op.out.cols(), std::numeric_limits<float>::quiet_NaN());
      continue;
    }
    const auto row = decode_row_of(op.table, tokens[i]);
    for (size_t c = 0; c < row.size(); ++c) {
      out[c] = static_cast<float>(static_cast<double>(row[c]) * op.scale);
    }
  }
}

}  // namespace realm
