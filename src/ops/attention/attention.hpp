// Attention of a batch's queries over their sequences' pages. The only attention there is; kernels
// use the online softmax (Milakov and Gimelshein, 2018; Dao et al., 2022) and O(tokens) memory.
//   query i of sequence s at position p sees positions t of s with p - window < t <= p
//   with `lengths` it sees ahead too: p - window < t < p + window, t < lengths[s]
//   out[i, h] = sum_t softmax_t(cap(scale * q[i, h] . k[t, h / group])) v[t, h / group]
//   cap(z) = softcap * tanh(z / softcap), or z when softcap is 0; window 0 means all
// Precondition: a row's position is below its sequence's length, where there is one.
// Heads h of one group share a key-value head. A padding row (sequence -1) writes zeros.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct Attention {
  static constexpr std::string_view kName = "attention";
  TensorView q;  // [n, heads * head_dim] F32, position already turned in
  BatchView batch;
  TensorView lengths{};  // [sequences] I32, tokens of each sequence; absent: causal
  KvLayer cache;
  TensorView out;  // [n, heads * head_dim] F32
  float scale = 1.0f;
  int32_t window = 0;
  float softcap = 0.0f;

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("q", Role::kInput, op.q);
    f("positions", Role::kInput, op.batch.positions);
    f("sequences", Role::kInput, op.batch.sequences);
    f("block_tables", Role::kInput, op.batch.block_tables);
    f("lengths", Role::kInput, op.lengths);
    f("cache", op.cache);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const Attention& op);
void reference(const Attention& op, Activations activations);

/// Positions [first, end) that a row at `position` of `sequence` sees. Reads `lengths` on the host.
struct VisibleTokens {
  int64_t first;
  int64_t end;
};
VisibleTokens visible_tokens(const Attention& op, int64_t sequence, int64_t position);

}  // namespace realm
