#include "backend/cpu/ops/ops.hpp"

namespace realm::cpu {

// The product into scratch, then one loop over rows that norms and adds.
Result<void> run(const OpContext& context, const LinearNormAdd& op) {
  const int64_t m = op.out.rows();
  const int64_t n = op.out.cols();
  REALM_ASSIGN(std::byte* const scratch,
               context.scratch.take(static_cast<size_t>(m * n) * sizeof(float)));
  float* const product = reinterpret_cast<float*>(scratch);
  REALM_TRY(run_product(context.linear(), op, product));
  for_rows(context.pool, m, n, [&](int64_t r) {
    float* const row = product + r * n;
    context.kernels.rms_norm(row, op.norm_weight.row<const float>(0), row, n, op.eps);
    context.kernels.add(op.residual.row<const float>(r), row, op.out.row<float>(r), n);
  });
  return {};
}

}  // namespace realm::cpu
