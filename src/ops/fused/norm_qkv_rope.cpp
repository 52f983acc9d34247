#include "ops/fused/norm_qkv_rope.hpp"

#include "ops/attention/kv_write.hpp"
#include "ops/basic/linear.hpp"
#include "ops/basic/rms_norm.hpp"
#include "ops/check.hpp"
#include "ops/host.hpp"

namespace realm {

Result<void> check(const NormQkvRope& op) {
  REALM_TRY(expect_cache(op.kName, op.cache));
  const int64_t n = op.x.rows();
  const int64_t dim = op.x.cols();
  const int64_t kv = static_cast<int64_t>(op.cache.kv_heads) * op.cache.head_dim;
  REALM_TRY(expect(op.kName, "x", op.x, Format::kF32, Shape{n, dim}));
  REALM_TRY(expect(op.kName, "norm_weight", op.norm_weight, Format::kF32, Shape{dim}));
  REALM_TRY(expect(op.kName, "q", op.q, Format::kF32, Shape{n, op.q.cols()}));
  REALM_TRY(expect_that(op.kName, op.q.cols() > 0 && op.q.cols() % kv == 0,
                        "query heads are no multiple of key-value heads"));
  REALM_TRY(expect_weight(op.kName, "q_weight", op.q_weight, Shape{op.q.cols(), dim}));
  REALM_TRY(expect_weight(op.kName, "k_weight", op.k_weight, Shape{kv, dim}));
  REALM_TRY(expect_weight(op.kName, "v_weight", op.v_weight, Shape{kv, dim}));
  REALM_TRY(expect_optional(op.kName, "q_bias", op.q_bias, Format::kF32, Shape{op.q.cols()}));
  REALM_TRY(expect_optional(op.kName, "k_bias", op.k_bias, Format::kF32, Shape{kv}));
  REALM_TRY(expect_optional(op.kName, "v_bias", op.v_bias, Format::kF32, Shape{kv}));
  REALM_TRY(expect_optional(op.kName, "q_norm", op.q_norm, Format::kF32, Shape{op.cache.head_dim}));
  REALM_TRY(expect_optional(op.kName, "k_norm", op.k_norm, Format::kF32, Shape{op.cache.head_dim}));
  REALM_TRY(expect_batch(op.kName, op.batch, n));
  REALM_TRY(expect_no_alias(op.kName, "q", op.q, "x", op.x));
  const int64_t turned = op.rope_table.cols();
  REALM_TRY(expect(op.kName, "rope_table", op.rope_table, Format::kF32, Shape{n, turned}));
  return expect_that(op.kName, turned % 2 == 0 && turned <= op.cache.head_dim,
                     "rope_table turns more elements than a head has");
}

namespace {

// Norms every head of `x` [n, heads * head_dim] in place: heads as rows, a row of x at a time.
void norm_heads(const TensorView& x, const TensorView& weight, float eps, Activations activations) {
  const int64_t head_dim = weight.cols();
  for (int64_t r = 0; r < x.rows(); ++r) {
    TensorView heads = x;
    heads.offset_bytes += static_cast<size_t>(r) * x.row_stride_bytes;
    heads.shape = Shape{x.cols() / head_dim, head_dim};
    heads.row_stride_bytes = static_cast<size_t>(head_dim) * sizeof(float);
    reference(RmsNorm{.x = heads, .weight = weight, .out = heads, .eps = eps}, activations);
  }
}

}  // namespace

void reference(const NormQkvRope& op, Activations activations) {
  const Shape kv{op.x.rows(), static_cast<int64_t>(op.cache.kv_heads) * op.cache.head_dim};
  HostTensor normed(op.x.shape);
  HostTensor k(kv);
  HostTensor v(kv);
  reference(RmsNorm{.x = op.x, .weight = op.norm_weight, .out = normed.view(), .eps = op.eps},
            activations);
  reference(Linear{.x = normed.view(), .weight = op.q_weight, .bias = op.q_bias, .out = op.q},
            activations);
  reference(Linear{.x = normed.view(), .weight = op.k_weight, .bias = op.k_bias, .out = k.view()},
            activations);
  reference(Linear{.x = normed.view(), .weight = op.v_weight, .bias = op.v_bias, .out = v.view()},
            activations);
  if (op.q_norm) norm_heads(op.q, op.q_norm, op.eps, activations);
  if (op.k_norm) norm_heads(k.view(), op.k_norm, op.eps, activations);
  for (const TensorView& turned : {op.q, k.view()}) {
    reference(Rope{.x = turned,
                   .table = op.rope_table,
                   .out = turned,
                   .head_dim = op.cache.head_dim,
                   .pairs = op.pairs},
              activations);
  }
  reference(KvWrite{.k = k.view(), .v = v.view(), .batch = op.batch, .cache = op.cache},
            activations);
}

}  // namespace realm
