// Products of F32 weights in plain rows by a BLAS library. What else a product is (bias, residual,
// soft cap) follows row by row, on the device's threads.
#include <algorithm>

#include "backend/cpu/kernels.hpp"
#include "backend/cpu/linear/blas.hpp"
#include "backend/cpu/linear/product.hpp"

namespace realm::cpu {
namespace {

// The input's rows one after the other, gathered and normed.
struct Rows {
  const float* at;
  int64_t stride;
};

Result<Rows> rows_of(const LinearContext& context, const ProductInput& input) {
  if (input.rows == nullptr && input.norm_weight == nullptr) return Rows{input.x, input.stride};
  const auto bytes = static_cast<size_t>(input.m * input.k) * sizeof(float);
  REALM_ASSIGN(std::byte* const memory, context.blas.rows->take(bytes));
  auto* const rows = reinterpret_cast<float*>(memory);
  context.pool.for_each(input.m, [&](int64_t i, int) {
    const float* x = input.x + (input.rows == nullptr ? i : input.rows[i]) * input.stride;
    float* row = rows + i * input.k;
    if (input.norm_weight == nullptr) {
      std::copy_n(x, input.k, row);
    } else {
      context.rows.rms_norm(x, input.norm_weight, row, input.k, input.eps);
    }
  });
  return Rows{rows, input.k};
}

Result<void> multiply_one(const LinearContext& context, const ProductInput& input, const Rows& rows,
                          const Product& product) {
  const int64_t n = product.weight.rows();
  // The residual may be `out` itself: the product waits elsewhere until it is added.
  float* sums = product.out;
  int64_t stride = product.stride;
  if (product.residual != nullptr) {
    const auto bytes = static_cast<size_t>(input.m * n) * sizeof(float);
    REALM_ASSIGN(std::byte* const memory, context.blas.products->take(bytes));
    sums = reinterpret_cast<float*>(memory);
    stride = n;
  }
  const TensorView& weight = product.weight;
  REALM_TRY(context.blas.library->multiply(
      input.m, n, input.k, rows.at, rows.stride, weight.row<const float>(0),
      static_cast<int64_t>(weight.row_stride_bytes / sizeof(float)), sums, stride));
  if (product.bias == nullptr && product.residual == nullptr && product.softcap == 0) return {};
  context.pool.for_each(input.m, [&](int64_t i, int) {
    float* sum = sums + i * stride;
    float* out = product.out + i * product.stride;
    if (product.bias != nullptr) context.rows.add(sum, product.bias, sum, n);
    if (product.residual != nullptr) {
      context.rows.add(product.residual + i * product.residual_stride, sum, out, n);
    }
    if (product.softcap != 0) context.rows.softcap(out, out, n, product.softcap);
  });
  return {};
}

}  // namespace

bool is_blas_weight(const LinearContext& context, const TensorView& weight) {
  return context.blas.library != nullptr && weight.format == Format::kF32 &&
         weight.packing == Packing::kRows;
}

Result<void> multiply_by_blas(const LinearContext& context, const ProductInput& input,
                              std::span<const Product> products) {
  if (input.m == 0) return {};
  REALM_ASSIGN(const Rows rows, rows_of(context, input));
  for (const Product& product : products) {
    REALM_TRY(multiply_one(context, input, rows, product));
  }
  return {};
}

// The gate's product goes to `out` and the up's beside it; one of them may be no BLAS's.
Result<void> multiply_by_blas(const LinearContext& context, const ProductInput& input,
                              const GatedProduct& product) {
  const int64_t n = product.gate_weight.rows();
  const auto bytes = static_cast<size_t>(input.m * n) * sizeof(float);
  REALM_ASSIGN(std::byte* const memory, context.blas.products->take(bytes));
  auto* const ups = reinterpret_cast<float*>(memory);
  const Product both[] = {
      {.weight = product.gate_weight,
       .bias = product.gate_bias,
       .out = product.out,
       .stride = product.stride},
      {.weight = product.up_weight, .bias = product.up_bias, .out = ups, .stride = n},
  };
  REALM_TRY(multiply(context, input, both));
  const auto act_mul =
      product.activation == Activation::kSilu ? context.rows.silu_mul : context.rows.gelu_tanh_mul;
  context.pool.for_each(input.m, [&](int64_t i, int) {
    float* out = product.out + i * product.stride;
    act_mul(out, ups + i * n, out, n);
  });
  return {};
}

}  // namespace realm::cpu
