// The way into attention: t = rms_norm(x); q = rope(n(linear_q(t))); k = rope(n(linear_k(t))) and
// v = linear_v(t) appended to the cache. n is the RMS norm of each head by q_norm or k_norm, or
// nothing where those are absent. Padding rows (sequence -1) write no cache.
#pragma once

#include "ops/attention/rope.hpp"
#include "ops/op.hpp"

namespace realm {

struct NormQkvRope {
  static constexpr std::string_view kName = "norm_qkv_rope";
  TensorView x;            // [n, dim] F32
  TensorView norm_weight;  // [dim] F32
  TensorView q_weight;     // [heads * head_dim, dim] any weight format
  TensorView q_bias;       // [heads * head_dim] F32, optional
  TensorView k_weight;     // [kv_heads * head_dim, dim] any weight format
  TensorView k_bias;       // [kv_heads * head_dim] F32, optional
  TensorView v_weight;     // [kv_heads * head_dim, dim] any weight format
  TensorView v_bias;       // [kv_heads * head_dim] F32, optional
  TensorView q_norm{};     // [head_dim] F32, optional
  TensorView k_norm{};     // [head_dim] F32, optional
  TensorView rope_table;   // [n, 2 * half] F32, of RopeTable
  BatchView batch;
  KvLayer cache;
  TensorView q;       // [n, heads * head_dim] F32, written
  float eps = 1e-6f;  // of every norm
  RopePairs pairs = RopePairs::kAdjacent;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("x", Role::kInput, op.x);
    f("norm_weight", Role::kInput, op.norm_weight);
    f("q_weight", Role::kWeight, op.q_weight);
    f("q_bias", Role::kInput, op.q_bias);
    f("k_weight", Role::kWeight, op.k_weight);
    f("k_bias", Role::kInput, op.k_bias);
    f("v_weight", Role::kWeight, op.v_weight);
    f("v_bias", Role::kInput, op.v_bias);
    f("q_norm", Role::kInput, op.q_norm);
    f("k_norm", Role::kInput, op.k_norm);
    f("rope_table", Role::kInput, op.rope_table);
    f("positions", Role::kInput, op.batch.positions);
    f("sequences", Role::kInput, op.batch.sequences);
    f("block_tables", Role::kInput, op.batch.block_tables);
    f("cache", op.cache);
    f("q", Role::kOutput, op.q);
  }
};

Result<void> check(const NormQkvRope& op);
void reference(const NormQkvRope& op, Activations activations);

}  // namespace realm
