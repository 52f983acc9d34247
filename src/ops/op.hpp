// What every op of the closed list is made of.
//
// An op is a plain struct of views and numbers with
//   static constexpr std::string_view kName;
//   template <class Self, class F> static void tensors(Self& op, F&& f);  // names and roles, once
// and two free functions:
//   Result<void> check(const Op&);            shapes, formats, aliasing; run before every kernel
//   void reference(const Op&, Activations);   host memory, plain loops, double sums: the meaning
// Bounds and cases of the op stand in ops/cases. A fused op's reference is the composition of its
// parts' references. Contraction is always y[m, n] = sum_k x[m, k] * w[n, k].
#pragma once

#include <cstdint>
#include <string_view>

#include "realm/error.hpp"
#include "tensor/tensor.hpp"

namespace realm {

/// What a tensor is to an op. `tensors` calls f(name, Role, TensorView&) for each of them and
/// f(name, KvLayer&) for a cache.
enum class Role : uint8_t {
  kInput,   ///< read; plain rows
  kWeight,  ///< read; may be packed by the device
  kOutput,  ///< written whole
};

/// How a matmul may round its activations before multiplying.
enum class Activations : uint8_t {
  kFloat,         ///< not at all
  kInt8Block32,   ///< int8 codes with one float scale per 32 elements (ops/activations.hpp)
  kInt16Block32,  ///< two int8 codes an element: the rest of the first is rounded again
  kBFloat16,      ///< to bfloat16: what a rounding device may do for weights of that format
};

/// How attention may round what it multiplies. Sums are float32.
enum class AttentionMath : uint8_t {
  kFloat,      ///< not at all
  kEightBits,  ///< keys and values that are not F32, and what meets them: queries, weights and
               ///< values of the softmax to 8 significant bits (bfloat16), keys too; over keys in
               ///< blocks, queries to int8 codes with one float scale per 32
};

/// One layer's keys and values in pages of `block_tokens` tokens. The arrangement inside a page is
/// the device's own: only KvWrite, NormQkvRope and Attention touch it. Position p of a sequence
/// lies in page block_table[p / block_tokens], at p % block_tokens.
struct KvLayer {
  TensorView k;  ///< [n_blocks, kv_heads * block_tokens * head_dim]
  TensorView v;  ///< same
  int32_t kv_heads = 0;
  int32_t head_dim = 0;
  int32_t block_tokens = 0;
  int32_t n_blocks() const { return static_cast<int32_t>(k.shape[0]); }
};

/// Where the rows of a batch belong. All in device memory, so that a recorded plan can be replayed
/// with other contents.
struct BatchView {
  TensorView positions;     ///< [n] I32, counted from the start of the sequence
  TensorView sequences;     ///< [n] I32, row of block_tables; -1 marks a padding row: not computed
  TensorView block_tables;  ///< [sequences, max_blocks] I32, page ids
};

}  // namespace realm
