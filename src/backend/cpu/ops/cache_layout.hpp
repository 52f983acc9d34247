// The cpu's arrangement of a page: per key-value head, values [block_tokens][head_dim] and keys in
// groups of 16 tokens [block_tokens / 16][head_dim][16], so that one vector holds the same element
// of neighbouring tokens and scores need no sums across lanes. Pages that do not hold whole groups
// keep their keys like their values.
#pragma once

#include "backend/cpu/kernels.hpp"
#include "ops/attention/kv_write.hpp"

namespace realm::cpu {

inline bool has_groups(const KvLayer& cache) { return cache.block_tokens % kTokenGroup == 0; }

inline Element element_of(const KvLayer& cache) {
  if (cache.k.format == Format::kF32) return Element::kF32;
  return cache.k.format == Format::kF16 ? Element::kF16 : Element::kBF16;
}

/// Address of element `at` of page `block`.
inline std::byte* page_element(const TensorView& pages, int64_t block, int64_t at) {
  const size_t size = pages.format == Format::kF32 ? 4 : 2;
  return pages.row<std::byte>(block) + static_cast<size_t>(at) * size;
}

/// Writes one token's keys and values of one head, rounded to the cache's format.
inline void write_head(const Kernels& kernels, const KvLayer& cache, const CachePlace& place,
                       int64_t head, const float* k, const float* v) {
  const Element element = element_of(cache);
  const int64_t d = cache.head_dim;
  const int64_t start = head * cache.block_tokens;
  const int64_t at = (start + place.token) * d;
  if (has_groups(cache)) {
    const int64_t in_group = place.token % kTokenGroup;
    const int64_t group = (start + place.token - in_group) * d;
    kernels.store_strided(k, page_element(cache.k, place.block, group + in_group), d, kTokenGroup,
                          element);
  } else {
    kernels.store(k, page_element(cache.k, place.block, at), d, element);
  }
  kernels.store(v, page_element(cache.v, place.block, at), d, element);
}

}  // namespace realm::cpu
