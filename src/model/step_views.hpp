// What a forward pass is told about one step: views of the arena for n rows, and the cache.
#pragma once

#include <span>

#include "ops/op.hpp"

namespace realm {

struct StepViews {
  TensorView tokens;  // [n] I32
  BatchView batch;
  std::span<const KvLayer> cache;  // [layers]
  TensorView rope;                 // [n, rope dims]
  TensorView local_rope;           // [n, local rope dims]; absent where the config has none
  TensorView hidden;               // [n, dim]: the residual stream
  TensorView q;                    // [n, heads * head_dim]
  TensorView mixed;                // [n, heads * head_dim]: attention's result
  TensorView inner;                // [n, ff_dim]
  // Of encoders alone.
  TensorView types{};    // [n] I32: token types
  TensorView lengths{};  // [sequences] I32: tokens of each sequence
  TensorView k{};        // [n, kv_heads * head_dim]
  TensorView v{};        // [n, kv_heads * head_dim]
};

/// The output head over `rows` of the step.
struct HeadViews {
  TensorView hidden;  // [n, dim]
  TensorView rows;    // [m] I32 into hidden
  TensorView logits;  // [m, vocab]
};

}  // namespace realm
