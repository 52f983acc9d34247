// Activation rows into planes: rounded as ops/activations.hpp defines, to the bit, and interleaved.
#pragma once

#include <cstring>

#include "backend/cpu/linear/kernel_table.hpp"
#include "backend/cpu/linear/kernels/isa.hpp"
#include "backend/cpu/linear/packed.hpp"

namespace realm::cpu::REALM_ISA {

struct RoundedBlock {
  float scale;
  alignas(64) int8_t codes[kBlock];
  int32_t sums[2];  // of 16 codes
};

/// round_activations() of 32 values: the first codes, and what they were rounded by (0: not at all,
/// and so all codes 0).
REALM_KERNEL float round_block(const float* x, RoundedBlock& out) {
  uint32_t bits[kBlock];
  std::memcpy(bits, x, sizeof bits);
  uint32_t largest_bits = 0;  // magnitudes of finite floats sort like their bits
  for (uint32_t i = 0; i < kBlock; ++i) {
    const uint32_t magnitude = bits[i] & 0x7fffffffu;
    largest_bits = magnitude > largest_bits ? magnitude : largest_bits;
  }
  const float largest = __builtin_bit_cast(float, largest_bits);
  const float inverse = 127.0f / largest;
  // A NaN or an infinity: all codes 0, scale NaN. Zero, or too small for its inverse: all 0.
  constexpr uint32_t kInfinity = 0x7f800000u;
  if (largest_bits >= kInfinity || __builtin_bit_cast(uint32_t, inverse) >= kInfinity) {
    std::memset(out.codes, 0, sizeof out.codes);
    out.sums[0] = out.sums[1] = 0;
    out.scale = largest_bits < kInfinity ? 0.0f : __builtin_nanf("");
    return 0;
  }
  out.scale = largest / 127.0f;
  Isa::round_32(x, inverse, out.codes, out.sums);
  return inverse;
}

/// The second codes of round_activations(): what the first have left, in steps 254 times as fine.
REALM_KERNEL void round_rest(const float* x, float inverse, const RoundedBlock& first,
                             RoundedBlock& out) {
  constexpr float kFineSteps = 254;
  out.scale = first.scale / kFineSteps;
  if (inverse == 0) {
    std::memset(out.codes, 0, sizeof out.codes);
    out.sums[0] = out.sums[1] = 0;
    return;
  }
  alignas(64) float rest[kBlock];
  for (uint32_t i = 0; i < kBlock; ++i) {
    rest[i] = x[i] * inverse - static_cast<float>(first.codes[i]);
  }
  Isa::round_32(rest, kFineSteps, out.codes, out.sums);
}

/// Block `b` of column `column` out of `n`, in the planes of `planes`.
REALM_KERNEL void store_block(const RoundedBlock& block, int64_t b, uint32_t planes, int64_t column,
                              int64_t n, const Columns& group) {
  constexpr int64_t kUnit = Isa::kUnit;
  if ((planes & kCodes) != 0) {
    int8_t* codes = group.codes + b * kBlock * n + column * kUnit;
    for (int64_t i = 0; i < kBlock; i += kUnit) {
      std::memcpy(codes + i * n, block.codes + i, kUnit);
    }
  }
  if ((planes & kWide) != 0) {
    int16_t* wide = group.wide + b * kBlock * n + column * 2;
    for (int64_t i = 0; i < kBlock; i += 2) {
      wide[i * n] = block.codes[i];
      wide[i * n + 1] = block.codes[i + 1];
    }
  }
  const int64_t at = b * n + column;
  group.scales[at] = block.scale;
  const int32_t sum0 = block.sums[0];
  const int32_t sum1 = block.sums[1];
  if ((planes & kStarts) != 0) group.starts[at] = -(sum0 + sum1);
  if ((planes & kSums) != 0) group.sums[at] = block.scale * static_cast<float>(sum0 + sum1);
  const int64_t at16 = 2 * b * n + column;
  if ((planes & kStarts16) != 0) {
    group.starts16[at16] = -sum0;
    group.starts16[at16 + n] = -sum1;
  }
  if ((planes & kSums16) != 0) {
    group.sums16[at16] = block.scale * static_cast<float>(sum0);
    group.sums16[at16 + n] = block.scale * static_cast<float>(sum1);
  }
}

/// As float_to_bfloat16() of base/half.hpp, in the upper half.
REALM_KERNEL uint32_t round_to_brain(uint32_t bits) {
  const uint32_t rounded = bits + 0x7fffu + ((bits >> 16) & 1u);
  const bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  return (is_nan ? bits | 0x400000u : rounded) & 0xffff0000u;
}

/// A row rounded to bfloat16, as floats or in pairs.
REALM_KERNEL void store_brain(const float* x, int64_t k, uint32_t planes, int64_t column, int64_t n,
                              const Columns& group) {
  constexpr int64_t kStep = 64;
  for (int64_t from = 0; from < k; from += kStep) {
    const int64_t left = k - from < kStep ? k - from : kStep;
    uint32_t bits[kStep] = {};
    std::memcpy(bits, x + from, static_cast<size_t>(left) * sizeof(float));
    for (int64_t i = 0; i < kStep; ++i) bits[i] = round_to_brain(bits[i]);
    if ((planes & kBrainFloats) != 0) {
      float* to = group.brain_floats + from * n + column;
      for (int64_t i = 0; i < left; ++i) std::memcpy(to + i * n, bits + i, sizeof(float));
    }
    if ((planes & kBrainPairs) != 0) {
      uint16_t* to = group.brain_pairs + from * n + 2 * column;
      for (int64_t i = 0; i < left; i += 2) {
        const uint32_t pair = bits[i] >> 16 | bits[i + 1];
        std::memcpy(to + i * n, &pair, sizeof pair);
      }
    }
  }
}

inline void prepare(const float* x, int64_t k, uint32_t planes, int32_t column,
                    const Columns& group) {
  const int64_t n = group.count;
  if ((planes & kFloats) != 0) {
    for (int64_t i = 0; i < k; ++i) group.floats[i * n + column] = x[i];
  }
  if ((planes & (kBrainFloats | kBrainPairs)) != 0) store_brain(x, k, planes, column, n, group);
  if ((planes & (kCodes | kWide)) == 0) return;
  const bool pairs = (planes & kPairs) != 0;
  for (int64_t b = 0; b < k / kBlock; ++b) {
    RoundedBlock block;
    const float inverse = round_block(x + b * kBlock, block);
    if (!pairs) {
      store_block(block, b, planes, column, n, group);
      continue;
    }
    RoundedBlock fine;
    round_rest(x + b * kBlock, inverse, block, fine);
    store_block(block, b, planes, 2 * column, 2 * n, group);
    store_block(fine, b, planes, 2 * column + 1, 2 * n, group);
  }
}

}  // namespace realm::cpu::REALM_ISA
