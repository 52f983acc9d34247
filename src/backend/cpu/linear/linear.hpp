// The matmul family of the cpu backend: what the device sees of it.
//
// A weight lies packed: tiles of kernels.tile_rows rows, interleaved so that one vector register
// holds four codes of every row of the tile (packed.hpp has the picture). Packing is lossless.
// Products of block formats run on rounded activations (ops/activations.hpp, to the bit): one int8
// code an element, or two. Those of plain formats run in float; BF16 weights meet activations that
// are rounded to bfloat16, unless codes are two an element. The bits of out[m, n] depend on row
// m of x and row n of the weight alone: never on the other rows, on how many there are, or on the
// number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "backend/device.hpp"
#include "base/thread_pool.hpp"

namespace realm::cpu {

/// The matmul kernels of one instruction set (kernel_table.hpp).
struct LinearKernels;
/// Its row kernels (kernels.hpp).
struct Kernels;

/// By the name of the set ("baseline", "avx2", "avx2vnni", "avx512", "avx512bf16", "neon",
/// "neoni8mm"); nullptr when this build does not have it.
const LinearKernels* find_linear_kernels(std::string_view isa);

// ---- Packed weights ----

/// Bytes of a packed weight: at most 5 % more than in the file, plus the rows that fill the last
/// tile. An error when blocks do not divide the columns or the format is no weight's.
Result<size_t> packed_bytes(const LinearKernels& kernels, Format format, int64_t rows,
                            int64_t cols);

/// Reads `spec` through `read` in pieces, all threads at once, into `packed`: packed_bytes() bytes,
/// aligned to 64. Afterwards a view {kDevice, spec.format, {rows, cols}} of it is a weight for
/// run().
Result<void> pack_weight(const LinearKernels& kernels, ThreadPool& pool, const WeightSpec& spec,
                         const RowReader& read, std::byte* packed);

/// Rows [first, first + count) as `read` gave them, bit for bit. Cheap for single rows: the embed
/// op decodes what this returns.
void unpack_rows(const LinearKernels& kernels, const TensorView& packed, int64_t first,
                 int64_t count, std::byte* out);

/// Packs rows [first, first + count) of a weight in plain rows; `first` is a multiple of every
/// tile's rows. `tiles` as pack_weight() has it.
void pack_strip(const LinearKernels& kernels, const TensorView& rows, int64_t first, int64_t count,
                std::byte* tiles);

// ---- Products ----

/// Memory that a stream's products use for a while: quantized activations. Grows, never shrinks.
/// Not thread-safe.
class LinearScratch {
 public:
  /// `size_bytes` bytes aligned to 64; what the last call returned is gone.
  Result<std::byte*> take(size_t size_bytes) { return grow(columns_, size_bytes, "activations"); }
  /// The same of strips of weights that are packed for one product.
  Result<std::byte*> take_panels(size_t size_bytes) { return grow(panels_, size_bytes, "weights"); }

 private:
  struct Free {
    void operator()(std::byte* p) const;
  };
  struct Memory {
    std::unique_ptr<std::byte, Free> data;
    size_t size_bytes = 0;
  };
  static Result<std::byte*> grow(Memory& memory, size_t size_bytes, const char* what);
  Memory columns_;
  Memory panels_;
};

/// A BLAS library for F32 weights in plain rows, with memory of its own. Bits then depend on what
/// the library likes.
class Blas;
struct BlasContext {
  const Blas* library = nullptr;      ///< nullptr: none
  LinearScratch* rows = nullptr;      ///< gathered and normed
  LinearScratch* products = nullptr;  ///< before they are added
};

/// What a product runs with. References outlive the call; one call at a time per pool and scratch.
struct LinearContext {
  const LinearKernels& kernels;
  const Kernels& rows;  ///< norms and activations, one row at a time
  ThreadPool& pool;
  LinearScratch& scratch;
  Activations activations = Activations::kInt8Block32;  ///< or kInt16Block32
  BlasContext blas{};
};

/// Whole ops. Weights in plain rows are packed strip by strip on the way: the same bits, but what
/// is gained by packing once is lost where few rows share a weight. With a BLAS, F32 ones in plain
/// rows are its.
Result<void> run(const LinearContext& context, const Linear& op);
Result<void> run(const LinearContext& context, const LinearAdd& op);
Result<void> run(const LinearContext& context, const NormLinear& op);
Result<void> run(const LinearContext& context, const NormGateUp& op);
/// The product of LinearNormAdd into contiguous rows [m, n].
Result<void> run_product(const LinearContext& context, const LinearNormAdd& op, float* out);
/// The three products of NormQkvRope without rope and cache: q into op.q, keys and values into
/// contiguous rows [n, kv_heads * head_dim].
Result<void> run_qkv(const LinearContext& context, const NormQkvRope& op, float* k, float* v);

}  // namespace realm::cpu
