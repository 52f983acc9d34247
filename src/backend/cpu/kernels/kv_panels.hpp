// Groups of keys and values read as vectors of float32, exactly the values of the cache, and as
// whole panels: keys [head_dim][16], values [16][head_dim].
#pragma once

#include "backend/cpu/kernels/kernels.hpp"
#include "backend/cpu/linear/kernels/unroll.hpp"
#include "backend/cpu/simd/codes.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

static_assert(static_cast<int>(KvFormat::kF32) == static_cast<int>(Element::kF32) &&
              static_cast<int>(KvFormat::kF16) == static_cast<int>(Element::kF16) &&
              static_cast<int>(KvFormat::kBF16) == static_cast<int>(Element::kBF16));

constexpr bool is_blocks(KvFormat f) { return f == KvFormat::kQ8_0 || f == KvFormat::kQ4_0; }
/// Codes of a block.
constexpr int block_bytes(KvFormat f) { return f == KvFormat::kQ8_0 ? kKvBlock : kKvBlock / 2; }
constexpr int kGroupVectors = kTokenGroup / kLanes;

/// Scales of a group, [head_dim / 32][16] binary16.
template <KvFormat format>
inline const void* group_scales(const void* group, int64_t head_dim) {
  return static_cast<const uint8_t*>(group) +
         head_dim / kKvBlock * block_bytes(format) * kTokenGroup;
}

/// Calls use(element, keys) for the 32 elements of block b in their order, `keys` being `groups` *
/// kGroupVectors vectors of tokens. A code c is worth (c - offset) * scale: exactly what one
/// multiply-add of c and scale makes of -offset * scale, 19 bits at most.
template <KvFormat format, int groups, class Use>
REALM_KERNEL void each_key(const void* const* k, int64_t head_dim, int64_t b, Use&& use) {
  constexpr bool kEight = format == KvFormat::kQ8_0;
  constexpr int kVectors = groups * kGroupVectors;
  F32 scales[kVectors];
  F32 bases[kVectors];
  const uint32_t* words[kVectors];
  unroll<kVectors>([&](auto v) REALM_KERNEL_LAMBDA {
    const void* group = k[v / kGroupVectors];
    const int64_t lane = v % kGroupVectors * kLanes;
    scales[v] =
        load_as<Element::kF16>(group_scales<format>(group, head_dim), b * kTokenGroup + lane);
    bases[v] = scales[v] * set1(kEight ? -128.0f : -8.0f);
    words[v] =
        static_cast<const uint32_t*>(group) + b * (block_bytes(format) / 4) * kTokenGroup + lane;
  });
  unroll<kEight ? 1 : 2>([&](auto half) REALM_KERNEL_LAMBDA {
    for (int unit = 0; unit < block_bytes(format) / 4; ++unit) {
      unroll<4>([&](auto byte) REALM_KERNEL_LAMBDA {
        F32 keys[kVectors];
        unroll<kVectors>([&](auto v) REALM_KERNEL_LAMBDA {
          constexpr int shift = 8 * decltype(byte)::value + 4 * decltype(half)::value;
          const F32 codes = word_codes < shift,
                    kEight ? 0xff : 0xf > (words[v] + unit * kTokenGroup);
          keys[v] = fma(codes, scales[v], bases[v]);
        });
        use(b * kKvBlock + half * (kKvBlock / 2) + unit * 4 + byte, keys);
      });
    }
  });
}

/// Elements [column, column + kLanes) of token t's values in a group of blocks; `scales`: of the
/// group's tokens, kChunkTokens apart for each block.
template <KvFormat format>
REALM_KERNEL F32 value_lanes(const void* group, int64_t head_dim, int64_t t, int64_t column,
                             const float* scales) {
  const int64_t b = column / kKvBlock;
  const int64_t within = column % kKvBlock;
  const auto* block =
      static_cast<const uint8_t*>(group) + (t * (head_dim / kKvBlock) + b) * block_bytes(format);
  const F32 scale = set1(scales[b * kChunkTokens + t]);
  if constexpr (format == KvFormat::kQ8_0) {
    return signed_codes(block + within) * scale;
  } else {
    return (within < kKvBlock / 2 ? nibble_codes<0>(block + within)
                                  : nibble_codes<4>(block + within - kKvBlock / 2)) *
           scale;
  }
}

template <KvFormat format>
void plain_panel(const void* group, int64_t head_dim, float* out) {
  // A group is a multiple of 16 elements: whole vectors.
  for (int64_t i = 0; i < kTokenGroup * head_dim; i += kLanes) {
    store(out + i, load_as<static_cast<Element>(format)>(group, i));
  }
}

template <KvFormat format>
void key_panel(const void* group, int64_t head_dim, float* out) {
  if constexpr (!is_blocks(format)) {
    plain_panel<format>(group, head_dim, out);
  } else {
    for (int64_t b = 0; b < head_dim / kKvBlock; ++b) {
      each_key<format, 1>(&group, head_dim, b, [&](int64_t d, const F32* keys) {
        for (int v = 0; v < kGroupVectors; ++v) store(out + d * kTokenGroup + v * kLanes, keys[v]);
      });
    }
  }
}

/// `scales` as value_lanes wants them.
template <KvFormat format>
void value_panel(const void* group, int64_t head_dim, const float* scales, float* out) {
  if constexpr (!is_blocks(format)) {
    plain_panel<format>(group, head_dim, out);
  } else {
    for (int64_t t = 0; t < kTokenGroup; ++t) {
      for (int64_t column = 0; column < head_dim; column += kLanes) {
        store(out + t * head_dim + column, value_lanes<format>(group, head_dim, t, column, scales));
      }
    }
  }
}

/// Scales of a group's values as value_lanes wants them.
template <KvFormat format>
void value_scales(const void* group, int64_t head_dim, float* out) {
  for (int64_t b = 0; b < head_dim / kKvBlock; ++b) {
    for (int i = 0; i < kTokenGroup; i += kLanes) {
      store(out + b * kChunkTokens + i,
            load_as<Element::kF16>(group_scales<format>(group, head_dim), b * kTokenGroup + i));
    }
  }
}

}  // namespace
}  // namespace realm::cpu::REALM_ISA
