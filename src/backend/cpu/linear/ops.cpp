// The matmul ops as products.
#include "backend/cpu/linear/linear.hpp"
#include "backend/cpu/linear/product.hpp"

namespace realm::cpu {
namespace {

int64_t stride_of(const TensorView& rows) {
  return static_cast<int64_t>(rows.row_stride_bytes / sizeof(float));
}

const float* floats_of(const TensorView& optional) {
  return optional ? optional.row<const float>(0) : nullptr;
}

ProductInput input_of(const TensorView& x) {
  return {.x = x.row<const float>(0), .stride = stride_of(x), .m = x.rows(), .k = x.cols()};
}

Product product_of(const TensorView& weight, const TensorView& bias, const TensorView& out) {
  return {.weight = weight,
          .bias = floats_of(bias),
          .out = out.row<float>(0),
          .stride = stride_of(out)};
}

}  // namespace

Result<void> run(const LinearContext& context, const Linear& op) {
  const Product product = product_of(op.weight, op.bias, op.out);
  return multiply(context, input_of(op.x), {&product, 1});
}

Result<void> run(const LinearContext& context, const LinearAdd& op) {
  Product product = product_of(op.weight, op.bias, op.out);
  product.residual = floats_of(op.residual);
  product.residual_stride = stride_of(op.residual);
  return multiply(context, input_of(op.x), {&product, 1});
}

Result<void> run(const LinearContext& context, const NormLinear& op) {
  Product product = product_of(op.weight, op.bias, op.out);
  product.softcap = op.softcap;
  ProductInput input = input_of(op.x);
  input.norm_weight = floats_of(op.norm_weight);
  input.eps = op.eps;
  if (op.rows) {
    input.rows = op.rows.row<const int32_t>(0);
    input.m = op.rows.cols();
  }
  return multiply(context, input, {&product, 1});
}

Result<void> run(const LinearContext& context, const NormGateUp& op) {
  ProductInput input = input_of(op.x);
  input.norm_weight = floats_of(op.norm_weight);
  input.eps = op.eps;
  const GatedProduct product{.gate_weight = op.gate_weight,
                             .gate_bias = floats_of(op.gate_bias),
                             .up_weight = op.up_weight,
                             .up_bias = floats_of(op.up_bias),
                             .out = op.out.row<float>(0),
                             .stride = stride_of(op.out),
                             .activation = op.activation};
  return multiply(context, input, product);
}

Result<void> run_product(const LinearContext& context, const LinearNormAdd& op, float* out) {
  const Product product{
      .weight = op.weight, .bias = floats_of(op.bias), .out = out, .stride = op.weight.rows()};
  return multiply(context, input_of(op.x), {&product, 1});
}

Result<void> run_qkv(const LinearContext& context, const NormQkvRope& op, float* k, float* v) {
  ProductInput input = input_of(op.x);
  input.norm_weight = floats_of(op.norm_weight);
  input.eps = op.eps;
  const int64_t kv = op.k_weight.rows();
  const Product products[] = {
      product_of(op.q_weight, op.q_bias, op.q),
      {.weight = op.k_weight, .bias = floats_of(op.k_bias), .out = k, .stride = kv},
      {.weight = op.v_weight, .bias = floats_of(op.v_bias), .out = v, .stride = kv},
  };
  return multiply(context, input, products);
}

}  // namespace realm::cpu
