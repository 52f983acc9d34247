// Register tiles of attention.cpp: the products of a few query rows with keys and values.
#pragma once

#include "backend/cpu/kernels/kv_panels.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

template <int rows, int groups, KvFormat format>
void score_tile(const float* q, int64_t head_dim, const void* const* k, float* scores) {
  constexpr int kVectors = groups * kGroupVectors;
  F32 sums[rows][kVectors];
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < kVectors; ++v) sums[r][v] = set1(0);
  }
  for (int64_t d = 0; d < head_dim; ++d) {
    F32 keys[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      keys[v] = load_as<static_cast<Element>(format)>(k[v / kGroupVectors],
                                                      d * kTokenGroup + v % kGroupVectors * kLanes);
    }
    for (int r = 0; r < rows; ++r) {
      const F32 element = set1(q[r * head_dim + d]);
      for (int v = 0; v < kVectors; ++v) sums[r][v] = fma(element, keys[v], sums[r][v]);
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int v = 0; v < kVectors; ++v) store(scores + r * kChunkTokens + v * kLanes, sums[r][v]);
  }
}

// As score_tile, over keys in blocks.
template <int rows, int groups, KvFormat format>
void score_blocks(const float* q, int64_t head_dim, const void* const* k, float* scores) {
  constexpr int kVectors = groups * kGroupVectors;
  F32 sums[rows][kVectors];
  unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
    unroll<kVectors>([&](auto v) REALM_KERNEL_LAMBDA { sums[r][v] = set1(0); });
  });
  for (int64_t b = 0; b < head_dim / kKvBlock; ++b) {
    each_key<format, groups>(k, head_dim, b, [&](int64_t d, const F32* keys) REALM_KERNEL_LAMBDA {
      unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
        const F32 element = set1(q[r * head_dim + d]);
        unroll<kVectors>(
            [&](auto v) REALM_KERNEL_LAMBDA { sums[r][v] = fma(element, keys[v], sums[r][v]); });
      });
    });
  }
  unroll<rows>([&](auto r) REALM_KERNEL_LAMBDA {
    unroll<kVectors>([&](auto v) REALM_KERNEL_LAMBDA {
      store(scores + r * kChunkTokens + v * kLanes, sums[r][v]);
    });
  });
}

struct Values {
  const void* const* groups;
  const float* scales;  ///< of blocks, [head_dim / 32][kChunkTokens]
};

// mix[r][column + ...] += sum over tokens [first, last) of p[r][t] * v[t].
template <int rows, int vectors, KvFormat format>
void mix_tile(const float* p, int first, int last, const Values& v, int64_t head_dim,
              int64_t column, float* mix) {
  F32 sums[rows][vectors];
  for (int r = 0; r < rows; ++r) {
    for (int i = 0; i < vectors; ++i) sums[r][i] = load(mix + r * head_dim + column + i * kLanes);
  }
  for (int t = first; t < last; ++t) {
    const void* group = v.groups[t / kTokenGroup];
    const int64_t at = t % kTokenGroup * head_dim + column;
    F32 values[vectors];
    for (int i = 0; i < vectors; ++i) {
      if constexpr (is_blocks(format)) {
        values[i] = value_lanes<format>(group, head_dim, t % kTokenGroup, column + i * kLanes,
                                        v.scales + t / kTokenGroup * kTokenGroup);
      } else {
        values[i] = load_as<static_cast<Element>(format)>(group, at + i * kLanes);
      }
    }
    for (int r = 0; r < rows; ++r) {
      const F32 weight = set1(p[r * kChunkTokens + t]);
      for (int i = 0; i < vectors; ++i) sums[r][i] = fma(weight, values[i], sums[r][i]);
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int i = 0; i < vectors; ++i) store(mix + r * head_dim + column + i * kLanes, sums[r][i]);
  }
}

// The last columns, fewer than a vector; heads of blocks have none.
template <int rows, Element e>
void mix_rest(const float* p, int first, int last, const Values& v, int64_t head_dim,
              int64_t column, float* mix) {
  const int64_t n = head_dim - column;
  for (int r = 0; r < rows; ++r) {
    float* out = mix + r * head_dim + column;
    F32 sum = load_n(out, n);
    for (int t = first; t < last; ++t) {
      const F32 values =
          load_as_n<e>(v.groups[t / kTokenGroup], t % kTokenGroup * head_dim + column, n);
      sum = fma(set1(p[r * kChunkTokens + t]), values, sum);
    }
    store_n(out, sum, n);
  }
}

}  // namespace
}  // namespace realm::cpu::REALM_ISA
