// Products with several weights that share an input: first the input's rows become column groups,
// then strips of weight rows and runs of groups are shared out to the threads. Every result is one
// kernel's work over the whole of k, so how the work is cut cannot be seen in the bits.
#pragma once

#include <cstdint>
#include <span>

#include "backend/cpu/linear/kernel_table.hpp"
#include "backend/cpu/linear/linear.hpp"

namespace realm::cpu {

/// Rows that are multiplied: x[rows[i]] (or x[i]), normed first where norm_weight is given.
struct ProductInput {
  const float* x = nullptr;
  int64_t stride = 0;             ///< floats from row to row
  const int32_t* rows = nullptr;  ///< optional
  int64_t m = 0;
  int64_t k = 0;
  const float* norm_weight = nullptr;
  float eps = 0;
};

/// One weight and where its product goes: [m, weight.rows()].
struct Product {
  TensorView weight;
  const float* bias = nullptr;
  const float* residual = nullptr;
  int64_t residual_stride = 0;
  float* out = nullptr;
  int64_t stride = 0;
  float softcap = 0;  ///< 0: none
};

/// out = act(gate product) * up product.
struct GatedProduct {
  TensorView gate_weight;
  const float* gate_bias = nullptr;
  TensorView up_weight;
  const float* up_bias = nullptr;
  float* out = nullptr;
  int64_t stride = 0;
  Activation activation = Activation::kSilu;
};

Result<void> multiply(const LinearContext& context, const ProductInput& input,
                      std::span<const Product> products);
Result<void> multiply(const LinearContext& context, const ProductInput& input,
                      const GatedProduct& product);

/// Whether the context's BLAS multiplies with `weight`.
bool is_blas_weight(const LinearContext& context, const TensorView& weight);
/// As multiply(). Precondition: all weights, or of a gated product one of them, are the BLAS's.
Result<void> multiply_by_blas(const LinearContext& context, const ProductInput& input,
                              std::span<const Product> products);
Result<void> multiply_by_blas(const LinearContext& context, const ProductInput& input,
                              const GatedProduct& product);

}  // namespace realm::cpu
