// Cases and error bounds of every op in the list: what a backend is judged by.
//
//   cases(tag, options, visit)      calls visit with one case after the other; each owns its
//   tensors error_bounds(op, judgement, c)  one bound per element of the op's output, row-major
// Bounds are derived, not tuned: ops/cases/analysis.hpp says from what.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ops/cases/analysis.hpp"
#include "ops/cases/arena.hpp"
#include "ops/op_list.hpp"

namespace realm {

/// An op on host tensors. Pages are private to a device, so what an op writes to them is judged
/// through the attentions that read it.
template <class Op>
struct Case {
  std::string label{};
  Op op{};
  std::vector<KvWrite> before{};   ///< fill the cache
  std::vector<Attention> after{};  ///< read what the op wrote
  /// Gives the inputs other contents (activations, positions, tokens, page tables) of the same
  /// shapes, for the replay of a recorded plan; empty: none.
  std::function<void()> refill{};
};

struct CaseOptions {
  uint64_t seed = 1;
  bool quick = false;  ///< fewer and smaller sizes, every format and every code path
};

template <class Op>
using Visit = std::function<void(Case<Op>&, Arena&)>;

/// How far a device's cache may be from the reference's: a bound per element of the reference's
/// own pages (KvWrite's reference). Empty: not at all.
struct CacheBounds {
  std::vector<double> k;
  std::vector<double> v;
};

#define REALM_OP_CASES(Op)                                                 \
  void cases(const Op* tag, const CaseOptions& options, const Visit<Op>&); \
  std::vector<double> error_bounds(const Op& op, Judgement judgement, CacheBounds& cache);

REALM_OP_CASES(Embed)
REALM_OP_CASES(Linear)
REALM_OP_CASES(RmsNorm)
REALM_OP_CASES(LayerNorm)
REALM_OP_CASES(Softmax)
REALM_OP_CASES(Silu)
REALM_OP_CASES(Gelu)
REALM_OP_CASES(Add)
REALM_OP_CASES(Mul)
REALM_OP_CASES(ActMul)
REALM_OP_CASES(RopeTable)
REALM_OP_CASES(Rope)
REALM_OP_CASES(KvWrite)
REALM_OP_CASES(Attention)
REALM_OP_CASES(NormQkvRope)
REALM_OP_CASES(LinearAdd)
REALM_OP_CASES(LinearNormAdd)
REALM_OP_CASES(NormGateUp)
REALM_OP_CASES(NormLinear)
#undef REALM_OP_CASES

/// Calls on_tensor(name, role, view) for each tensor of `op` and on_cache(name, cache) for a cache.
template <class Op, class OnTensor, class OnCache>
void walk(Op& op, OnTensor&& on_tensor, OnCache&& on_cache) {
  const auto visit = [&](std::string_view name, auto&&... rest) {
    if constexpr (sizeof...(rest) == 2) {
      on_tensor(name, rest...);
    } else {
      on_cache(name, rest...);
    }
  };
  std::remove_const_t<Op>::tensors(op, visit);
}

/// The output of `op` that error_bounds speaks of; absent for KvWrite.
template <class Op>
TensorView output_of(const Op& op) {
  TensorView out;
  walk(
      op,
      [&](std::string_view, Role role, const TensorView& view) {
        if (role == Role::kOutput) out = view;
      },
      [](std::string_view, const KvLayer&) {});
  return out;
}

/// The format that a case is about: its first weight's, or its cache's, or F32.
template <class Op>
Format format_of(const Op& op) {
  Format weight = Format::kF32;
  bool found = false;
  const auto take = [&](Format format) {
    if (!found) weight = format;
    found = true;
  };
  Format cache = Format::kF32;
  walk(
      op,
      [&](std::string_view, Role role, const TensorView& view) {
        if (role == Role::kWeight) take(view.format);
      },
      [&](std::string_view, const KvLayer& layer) { cache = layer.k.format; });
  return found ? weight : cache;
}

}  // namespace realm
