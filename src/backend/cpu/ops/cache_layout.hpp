// The cpu's arrangement of a page: per key-value head, groups of 16 tokens (kernels.hpp says how
// one looks), keys interleaved so that one vector holds the same elements of neighbouring tokens
// and scores need no sums across lanes. Pages that do not hold whole groups have groups of one
// token: the same bytes, not interleaved.
#pragma once

#include <cstring>

#include "backend/cpu/kernels.hpp"
#include "ops/attention/kv_write.hpp"

namespace realm::cpu {

inline bool has_groups(const KvLayer& cache) { return cache.block_tokens % kTokenGroup == 0; }
inline int64_t group_tokens(const KvLayer& cache) { return has_groups(cache) ? kTokenGroup : 1; }

inline KvFormat kv_format(const KvLayer& cache) {
  switch (cache.k.format) {
    case Format::kF16:
      return KvFormat::kF16;
    case Format::kBF16:
      return KvFormat::kBF16;
    case Format::kQ8_0:
      return KvFormat::kQ8_0;
    case Format::kQ4_0:
      return KvFormat::kQ4_0;
    default:
      return KvFormat::kF32;  // check() has refused all others
  }
}

/// Where the parts of a cache's groups lie, in bytes.
struct GroupLayout {
  explicit GroupLayout(const KvLayer& cache)
      : format(kv_format(cache)), tokens(group_tokens(cache)) {
    const int64_t d = cache.head_dim;
    blocks = has_blocks() ? d / kKvBlock : 0;
    switch (format) {
      case KvFormat::kF32:
        row = 4 * d;
        break;
      case KvFormat::kF16:
      case KvFormat::kBF16:
        row = 2 * d;
        break;
      case KvFormat::kQ8_0:
        row = d;
        break;
      case KvFormat::kQ4_0:
        row = d / 2;
        break;
    }
    unit = has_blocks() ? 4 : row / d;
    token = row + 2 * blocks;
  }
  bool has_blocks() const { return format == KvFormat::kQ8_0 || format == KvFormat::kQ4_0; }
  /// Of the scale of block b of token t, in a group of `group` tokens.
  int64_t scale_at(int64_t b, int64_t t, int64_t group) const {
    return group * row + 2 * (b * group + t);
  }

  KvFormat format;
  int64_t tokens;  ///< of a group
  int64_t blocks;  ///< scales of a token and head
  int64_t row;     ///< codes of a token and head
  int64_t unit;    ///< of keys that stay together when tokens are interleaved
  int64_t token;   ///< codes and scales of a token and head
};

/// The group of `token` of a head in page `block`; token is a group's first.
inline std::byte* page_group(const TensorView& pages, const KvLayer& cache,
                             const GroupLayout& layout, int64_t block, int64_t head,
                             int64_t token) {
  return pages.row<std::byte>(block) + (head * cache.block_tokens + token) * layout.token;
}

/// Writes one token's keys and values of one head, rounded to the cache's format.
inline void write_head(const Kernels& kernels, const KvLayer& cache, const CachePlace& place,
                       int64_t head, const float* k, const float* v) {
  const GroupLayout layout(cache);
  const int64_t group = layout.tokens;
  const int64_t t = place.token % group;
  std::byte* keys = page_group(cache.k, cache, layout, place.block, head, place.token - t);
  std::byte* values = page_group(cache.v, cache, layout, place.block, head, place.token - t);
  const int64_t d = cache.head_dim;
  if (!layout.has_blocks()) {
    const auto element = static_cast<Element>(layout.format);
    kernels.store_strided(k, keys + t * layout.unit, d, group, element);
    kernels.store(v, values + t * layout.row, d, element);
    return;
  }
  const int64_t bytes = layout.row / layout.blocks;
  for (int64_t b = 0; b < layout.blocks; ++b) {
    uint8_t codes[kKvBlock];
    uint16_t scale = 0;
    kernels.kv_block(k + b * kKvBlock, codes, &scale, layout.format);
    std::memcpy(keys + layout.scale_at(b, t, group), &scale, sizeof scale);
    for (int64_t at = 0; at < bytes; at += layout.unit) {
      uint32_t unit = 0;
      std::memcpy(&unit, codes + at, sizeof unit);
      if (layout.format == KvFormat::kQ8_0) unit ^= 0x80808080u;
      std::memcpy(keys + ((b * bytes + at) * group + t * layout.unit), &unit, sizeof unit);
    }
    kernels.kv_block(v + b * kKvBlock, codes, &scale, layout.format);
    std::memcpy(values + t * layout.row + b * bytes, codes, static_cast<size_t>(bytes));
    std::memcpy(values + layout.scale_at(b, t, group), &scale, sizeof scale);
  }
}

}  // namespace realm::cpu
