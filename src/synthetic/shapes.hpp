// The shapes that a synthetic model can have: a table of facts. They are those of models that
// people run, so that speeds mean something.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace realm::synthetic {

struct ModelShape {
  std::string_view name;
  std::string_view architecture;  ///< GGUF's: "llama", "qwen2"
  int32_t layers;
  int32_t dim;
  int32_t ff_dim;
  int32_t heads;
  int32_t kv_heads;
  int32_t head_dim;
  int32_t vocab;
  int32_t context;
  float rope_base;
  float norm_eps;
  bool tied;      ///< the embedding serves as output matrix
  bool qkv_bias;  ///< biases on Q, K and V
};

std::span<const ModelShape> all_shapes();
/// The shape called `name` (lower case), or nullptr.
const ModelShape* find_shape(std::string_view name);

}  // namespace realm::synthetic
