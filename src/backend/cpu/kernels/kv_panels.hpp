// Groups of keys and values as float32 panels: keys [head_dim][16], values [16][head_dim], exactly
// the values of the cache.
#pragma once

#include "backend/cpu/kernels/kernels.hpp"
#include "backend/cpu/simd/simd.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

static_assert(static_cast<int>(KvFormat::kF32) == static_cast<int>(Element::kF32) &&
              static_cast<int>(KvFormat::kF16) == static_cast<int>(Element::kF16) &&
              static_cast<int>(KvFormat::kBF16) == static_cast<int>(Element::kBF16));

inline void scales_of(const uint8_t* at, float* out) {
  for (int i = 0; i < kTokenGroup; i += kLanes) store(out + i, load_as<Element::kF16>(at, i));
}

template <KvFormat format>
void plain_panel(const void* group, int64_t head_dim, float* out) {
  // A group is a multiple of 16 elements: whole vectors.
  for (int64_t i = 0; i < kTokenGroup * head_dim; i += kLanes) {
    store(out + i, load_as<static_cast<Element>(format)>(group, i));
  }
}

// Codes of one unit of keys, four bytes of each token: element `byte` of all tokens. Loops over
// whole words become vectors.
inline void key_codes(const uint32_t* words, int shift, uint32_t mask, int32_t offset,
                      const float* scales, float* out) {
  for (int t = 0; t < kTokenGroup; ++t) {
    const auto code = static_cast<int32_t>(words[t] >> shift & mask) - offset;
    out[t] = static_cast<float>(code) * scales[t];
  }
}

template <KvFormat format>
void key_panel(const void* group, int64_t head_dim, float* out) {
  if constexpr (format != KvFormat::kQ8_0 && format != KvFormat::kQ4_0) {
    plain_panel<format>(group, head_dim, out);
  } else {
    constexpr bool kEight = format == KvFormat::kQ8_0;
    constexpr int kBlockBytes = kEight ? kKvBlock : kKvBlock / 2;
    const auto* codes = static_cast<const uint8_t*>(group);
    const int64_t blocks = head_dim / kKvBlock;
    const uint8_t* scales_at = codes + blocks * kBlockBytes * kTokenGroup;
    for (int64_t b = 0; b < blocks; ++b) {
      float scales[kTokenGroup];
      scales_of(scales_at + b * 2 * kTokenGroup, scales);
      float* block_out = out + b * kKvBlock * kTokenGroup;
      for (int unit = 0; unit < kBlockBytes / 4; ++unit) {
        uint32_t words[kTokenGroup];
        std::memcpy(words, codes, sizeof words);
        codes += sizeof words;
        for (int byte = 0; byte < 4; ++byte) {
          float* to = block_out + (unit * 4 + byte) * kTokenGroup;
          if constexpr (kEight) {
            key_codes(words, 8 * byte, 0xff, 128, scales, to);
          } else {
            key_codes(words, 8 * byte, 0xf, 8, scales, to);
            key_codes(words, 8 * byte + 4, 0xf, 8, scales, to + kKvBlock / 2 * kTokenGroup);
          }
        }
      }
    }
  }
}

template <KvFormat format>
void value_panel(const void* group, int64_t head_dim, float* out) {
  if constexpr (format != KvFormat::kQ8_0 && format != KvFormat::kQ4_0) {
    plain_panel<format>(group, head_dim, out);
  } else {
    constexpr bool kEight = format == KvFormat::kQ8_0;
    constexpr int kBlockBytes = kEight ? kKvBlock : kKvBlock / 2;
    const auto* codes = static_cast<const uint8_t*>(group);
    const int64_t blocks = head_dim / kKvBlock;
    const uint8_t* scales_at = codes + blocks * kBlockBytes * kTokenGroup;
    for (int64_t b = 0; b < blocks; ++b) {
      float scales[kTokenGroup];
      scales_of(scales_at + b * 2 * kTokenGroup, scales);
      for (int t = 0; t < kTokenGroup; ++t) {
        const uint8_t* from = codes + (t * blocks + b) * kBlockBytes;
        float* to = out + t * head_dim + b * kKvBlock;
        for (int i = 0; i < kBlockBytes; ++i) {
          if constexpr (kEight) {
            to[i] = static_cast<float>(static_cast<int8_t>(from[i])) * scales[t];
          } else {
            to[i] = static_cast<float>((from[i] & 15) - 8) * scales[t];
            to[i + kKvBlock / 2] = static_cast<float>((from[i] >> 4) - 8) * scales[t];
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace realm::cpu::REALM_ISA
