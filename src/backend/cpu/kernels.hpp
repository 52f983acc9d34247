// The kernels of one instruction set: plain functions on host memory, one thread, no checks. Ops
// (src/backend/cpu/ops) divide work into rows and tiles and call these; every result depends only
// on the arguments, so the bits do not depend on how the work was divided.
//
// This header and those it includes are all that kernel sources share with the rest of Realm: no
// inline functions (cmake/kernels.cmake says why). Rows may lie at any address; `out` may be an
// input itself. Lengths are elements.
#pragma once

#include <cstdint>

namespace realm::cpu {

/// Formats of plain elements.
enum class Element : int32_t { kF32, kF16, kBF16 };

/// Formats of keys and values. A group is 16 tokens of one head:
///   plain:   keys [head_dim][16], values [16][head_dim]
///   blocks:  keys [row bytes / 4][16][4 bytes], values [16][row bytes], and after them binary16
///            scales [head_dim / 32][16]. A row is the codes of a token: of Q8_0 a byte each,
///            signed in values and with 128 added in keys; of Q4_0, for every block, 16 bytes that
///            hold element i low and element i + 16 high, with 8 added.
enum class KvFormat : int32_t { kF32, kF16, kBF16, kQ8_0, kQ4_0 };
/// Elements of a head that share a scale.
constexpr int kKvBlock = 32;

/// Tokens of a page that lie interleaved, and the unit of attention's vectors.
constexpr int kTokenGroup = 16;
/// Tokens of one softmax. Chunks are counted from the start of the sequence, so that a position's
/// result does not depend on what is computed beside it. 256 tokens of 64 elements in float32 are
/// 64 KiB of keys and as much of values: a core's second-level cache holds both and the scores.
constexpr int kChunkTokens = 256;
constexpr int kChunkGroups = kChunkTokens / kTokenGroup;

/// Query rows that share a sequence and a key-value head, over one chunk of it.
struct AttendChunk {
  int32_t rows;
  int32_t head_dim;
  const float* q;        ///< [rows, head_dim], of attend_queries
  const int32_t* first;  ///< [rows] first visible token of the chunk
  const int32_t* last;   ///< [rows] one past the last; first >= last: none, the row is left alone
  const void* const* k;  ///< [kChunkGroups] groups of keys; only visible ones are read
  const void* const* v;  ///< [kChunkGroups] groups of values
  const void* const* next_k;  ///< keys of the next chunk, to be fetched early; null: none
  KvFormat format;
  float softcap;   ///< 0: none
  float* scratch;  ///< attend_scratch() floats
  float* largest;  ///< [rows] written: largest score
  float* sum;      ///< [rows] written: sum of exp(score - largest)
  float* mix;      ///< [rows, head_dim] written: sum of exp(score - largest) * v
};

/// States of a chunk's rows, to be folded into those of all chunks before it: the softmax of both
/// ranges together. Rows that saw nothing of the chunk (first >= last) are left alone; a sum of 0
/// says that nothing was folded yet.
struct AttendFold {
  int32_t rows;
  int32_t head_dim;
  const int32_t* first;  ///< [rows] as in AttendChunk
  const int32_t* last;
  const float* chunk_largest;  ///< [rows]
  const float* chunk_sum;      ///< [rows]
  const float* chunk_mix;      ///< [rows, head_dim]
  float* largest;
  float* sum;
  float* mix;
};

struct Kernels {
  void (*rms_norm)(const float* x, const float* weight, float* out, int64_t n, float eps);
  /// `bias` may be null.
  void (*layer_norm)(const float* x, const float* weight, const float* bias, float* out, int64_t n,
                     float eps);
  void (*softmax)(const float* x, float* out, int64_t n, float scale);
  void (*exp)(const float* x, float* out, int64_t n);
  void (*tanh)(const float* x, float* out, int64_t n);
  void (*erf)(const float* x, float* out, int64_t n);
  void (*silu)(const float* x, float* out, int64_t n);
  void (*gelu_erf)(const float* x, float* out, int64_t n);
  void (*gelu_tanh)(const float* x, float* out, int64_t n);
  void (*add)(const float* a, const float* b, float* out, int64_t n);
  void (*mul)(const float* a, const float* b, float* out, int64_t n);
  /// out = act(gate) * up.
  void (*silu_mul)(const float* gate, const float* up, float* out, int64_t n);
  void (*gelu_tanh_mul)(const float* gate, const float* up, float* out, int64_t n);
  /// out = cap * tanh(x / cap).
  void (*softcap)(const float* x, float* out, int64_t n, float cap);
  void (*scale)(const float* x, float* out, int64_t n, float factor);

  /// One head: table holds `half` cosines, then `half` sines.
  void (*rope_adjacent)(const float* x, const float* table, float* out, int64_t half, int64_t n);
  void (*rope_halves)(const float* x, const float* table, float* out, int64_t half, int64_t n);

  /// Elements to and from float32; rounds to nearest even.
  void (*store)(const float* x, void* out, int64_t n, Element element);
  void (*load)(const void* x, float* out, int64_t n, Element element);
  /// As store, out elements `stride` apart.
  void (*store_strided)(const float* x, void* out, int64_t n, int64_t stride, Element element);

  /// Codes and scale of one block (ops/attention/cache_format.hpp says which): signed bytes of
  /// Q8_0, packed ones of Q4_0.
  void (*kv_block)(const float* x, uint8_t* codes, uint16_t* scale, KvFormat format);

  /// Rows of queries as attend wants them, for caches of `format`; row r at out + r * head_dim.
  void (*attend_queries)(const float* q, int32_t rows, int32_t head_dim, float scale,
                         KvFormat format, float* out);
  void (*attend)(const AttendChunk& chunk);
  void (*attend_fold)(const AttendFold& fold);
  /// out = mix / sum.
  void (*attend_finish)(const float* mix, float sum, float* out, int64_t head_dim);
};

/// Floats of scratch that attend needs.
int64_t attend_scratch(int32_t head_dim);

}  // namespace realm::cpu
