// The ops of the cpu device but the matmuls (linear/linear.hpp): each divides its rows among
// threads and calls the kernels of the instruction set. One file an op, named like src/ops.
#pragma once

#include "backend/cpu/stream.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const Embed& op);
Result<void> run(const OpContext& context, const RmsNorm& op);
Result<void> run(const OpContext& context, const LayerNorm& op);
Result<void> run(const OpContext& context, const Softmax& op);
Result<void> run(const OpContext& context, const Silu& op);
Result<void> run(const OpContext& context, const Gelu& op);
Result<void> run(const OpContext& context, const Add& op);
Result<void> run(const OpContext& context, const Mul& op);
Result<void> run(const OpContext& context, const ActMul& op);
Result<void> run(const OpContext& context, const RopeTable& op);
Result<void> run(const OpContext& context, const Rope& op);
Result<void> run(const OpContext& context, const KvWrite& op);
Result<void> run(const OpContext& context, const Attention& op);
Result<void> run(const OpContext& context, const NormQkvRope& op);
Result<void> run(const OpContext& context, const LinearNormAdd& op);

/// Calls body(row) for each of `rows` rows of about `cols` elements: on the caller's thread when
/// there is little to do, because waking the others takes about as long as 16,000 elements.
template <class Body>
void for_rows(ThreadPool& pool, int64_t rows, int64_t cols, Body&& body) {
  constexpr int64_t kElements = 8192;
  const int64_t block = kElements / (cols < 1 ? 1 : cols) + 1;
  const int64_t blocks = (rows + block - 1) / block;
  if (blocks <= 2) {
    for (int64_t r = 0; r < rows; ++r) body(r);
    return;
  }
  pool.for_each(blocks, [&](int64_t b, int) {
    const int64_t end = (b + 1) * block < rows ? (b + 1) * block : rows;
    for (int64_t r = b * block; r < end; ++r) body(r);
  });
}

}  // namespace realm::cpu
