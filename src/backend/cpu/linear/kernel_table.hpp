// The matmul kernels of one instruction set: plain functions on host memory, one thread, no checks.
// The table is filled by kernels/table.cpp, compiled once per set. No inline functions here.
#pragma once

#include <cstdint>

namespace realm::cpu {

/// A group of activation rows, interleaved ("columns" of the product): what a kernel eats at once.
/// Written by Prepare, read by Multiply: the planes that MultiplyPart names.
struct Columns {
  int32_t count;          ///< columns of the group
  int8_t* codes;          ///< [k / unit][count][unit], unit = codes that the set takes together
  int16_t* wide;          ///< the same codes, [k / 2][count][2]
  float* scales;          ///< [k / 32][count]
  int32_t* starts;        ///< [k / 32][count]
  float* sums;            ///< [k / 32][count]
  int32_t* starts16;      ///< [k / 16][count]
  float* sums16;          ///< [k / 16][count]
  float* floats;          ///< [k][count]
  float* brain_floats;    ///< [k][count], rounded to bfloat16
  uint16_t* brain_pairs;  ///< [(k + 1) / 2][count][2]: bfloat16; beside an odd last one, zeros
};

/// Where products go: out[j * stride + i] for column j and weight row i,
///   = residual[j * residual_stride + i] + (product + bias[i]), each where given.
struct Target {
  float* out;
  int64_t stride;
  const float* bias;      ///< nullptr: none
  const float* residual;  ///< nullptr: none; may be `out` itself
  int64_t residual_stride;
  int64_t rows;  ///< of the weight; the last tile's others are not written
};

/// All tiles of `target.rows` rows times the columns.
using Multiply = void (*)(const uint8_t* tiles, int64_t k, const Columns& columns,
                          const Target& target);

/// The same for `count` groups that follow each other, of run_columns columns each (or a few less)
/// and kMaxRunColumns together: weights are unpacked once for all. Bits are Multiply's.
using MultiplyRun = void (*)(const uint8_t* tiles, int64_t k, const Columns* groups, int32_t count,
                             const Target& target);
constexpr int32_t kMaxRunColumns = 516;  // 512 in groups of up to 8, 6 or 3

/// Writes one activation row as column `column` of a group: the planes of the mask `planes`.
using Prepare = void (*)(const float* x, int64_t k, uint32_t planes, int32_t column,
                         const Columns& group);

constexpr uint32_t kFormatNumbers = 64;  ///< GGUF's numbers of weight formats end below
constexpr int kParts = 3;

/// The kernels of some formats, by GGUF number; nullptr: in another part, or no weight format.
struct MultiplyPart {
  Multiply multiply[kFormatNumbers];
  uint32_t planes[kFormatNumbers];      ///< what it reads
  MultiplyRun run[kFormatNumbers];      ///< nullptr: none
  uint32_t run_planes[kFormatNumbers];  ///< what it reads
};

/// BF16 weights times brain_pairs; nullptr: they are multiplied as floats, with brain_floats.
struct BrainPairsKernels {
  Multiply multiply;
  MultiplyRun run;
};

struct LinearKernels {
  const char* isa;
  int32_t tile_rows;          ///< W of packed.hpp
  int32_t max_columns;        ///< of a group
  int32_t run_columns;        ///< of a group that MultiplyRun of a block format takes
  int32_t plain_run_columns;  ///< of a plain one, as many or more
  int32_t fewest_run_columns;
  int32_t code_unit;  ///< codes of a column that lie together
  bool offset_bytes;  ///< signed codes are stored with 128 added
  Prepare prepare;
  BrainPairsKernels brain_pairs;
  const MultiplyPart* parts[kParts];  ///< together: every weight format
};

}  // namespace realm::cpu
