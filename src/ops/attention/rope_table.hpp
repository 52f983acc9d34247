// The cosines and sines that Rope turns by, computed once a batch and used by every layer.
//   angle[i, j] = positions[i] * inv_freq[j]
//   out[i, j] = magnitude * cos(angle[i, j]);  out[i, half + j] = magnitude * sin(angle[i, j])
// The angle is the float32 product, as the models were trained: at position 2^20 a more exact
// angle would differ from theirs by a good part of a turn.
#pragma once

#include "ops/op.hpp"

namespace realm {

struct RopeTable {
  static constexpr std::string_view kName = "rope_table";
  TensorView positions;    // [n] I32
  TensorView inv_freq;     // [half] F32: frequency of each pair, scaling already applied
  TensorView out;          // [n, 2 * half] F32
  float magnitude = 1.0f;  // YaRN's attention factor; 1 otherwise

  template <class Self, class F>
  static void tensors(Self& op, F&& f) {
    f("positions", Role::kInput, op.positions);
    f("inv_freq", Role::kInput, op.inv_freq);
    f("out", Role::kOutput, op.out);
  }
};

Result<void> check(const RopeTable& op);
void reference(const RopeTable& op, Activations activations);

}  // namespace realm
