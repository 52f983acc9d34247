// The closed list of ops. A name here is a slot in every backend's kernel table, a row of the
// conformance suite, of `realm inspect --ops` and of docs/ops.md.
#pragma once

#include "ops/attention/attention.hpp"
#include "ops/attention/kv_write.hpp"
#include "ops/attention/rope.hpp"
#include "ops/attention/rope_table.hpp"
#include "ops/basic/act_mul.hpp"
#include "ops/basic/add.hpp"
#include "ops/basic/embed.hpp"
#include "ops/basic/gelu.hpp"
#include "ops/basic/layer_norm.hpp"
#include "ops/basic/linear.hpp"
#include "ops/basic/mul.hpp"
#include "ops/basic/rms_norm.hpp"
#include "ops/basic/silu.hpp"
#include "ops/basic/softmax.hpp"
#include "ops/fused/linear_add.hpp"
#include "ops/fused/linear_norm_add.hpp"
#include "ops/fused/norm_gate_up.hpp"
#include "ops/fused/norm_linear.hpp"
#include "ops/fused/norm_qkv_rope.hpp"

namespace realm {

/// A list of op types that can be walked: for_each(f) calls f.operator()<Op>() for each.
template <class... Op>
struct Ops {
  template <class F>
  static void for_each(F&& f) {
    (f.template operator()<Op>(), ...);
  }
  /// Apply<T> is T<Op...>.
  template <template <class...> class T>
  using Apply = T<Op...>;
};

using OpList = Ops<Embed, Linear, RmsNorm, LayerNorm, Softmax, Silu, Gelu, Add, Mul, ActMul,  //
                   RopeTable, Rope, KvWrite, Attention,                                       //
                   NormQkvRope, LinearAdd, LinearNormAdd, NormGateUp, NormLinear>;

}  // namespace realm
