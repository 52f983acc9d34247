#include "ops/attention/rope_table.hpp"

#include <cmath>

#include "ops/check.hpp"

namespace realm {

Result<void> check(const RopeTable& op) {
  const int64_t n = op.positions.cols();
  const int64_t half = op.inv_freq.cols();
  REALM_TRY(expect(op.kName, "positions", op.positions, Format::kI32, Shape{n}));
  REALM_TRY(expect(op.kName, "inv_freq", op.inv_freq, Format::kF32, Shape{half}));
  return expect(op.kName, "out", op.out, Format::kF32, Shape{n, 2 * half});
}

void reference(const RopeTable& op, Activations) {
  const int64_t half = op.inv_freq.cols();
  const auto* inv_freq = op.inv_freq.row<const float>(0);
  for (int64_t i = 0; i < op.out.rows(); ++i) {
    const auto position = static_cast<float>(op.positions.row<const int32_t>(0)[i]);
    auto* out = op.out.row<float>(i);
    for (int64_t j = 0; j < half; ++j) {
      const float angle = position * inv_freq[j];
      out[j] = static_cast<float>(op.magnitude * std::cos(static_cast<double>(angle)));
      out[half + j] = static_cast<float>(op.magnitude * std::sin(static_cast<double>(angle)));
    }
  }
}

}  // namespace realm
