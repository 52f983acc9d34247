// Attention of AVX-512 machines with bfloat16 products (Zen 4, Cooper Lake, Sapphire Rapids): as
// attention.cpp, but keys, values and softmax weights are rounded to bfloat16, and queries too or,
// over keys in blocks, to int8 codes with a scale per 32, which the keys' own codes are multiplied
// with. Twice and four times as many products an instruction. F32 caches keep attention.cpp.
//
// What a row's result is made of, whatever rows stand beside it: every score is one chain over
// pairs of elements (or blocks of 32); the sum of the rounded weights goes by lanes, from the
// chunk's start; every element of the mix is one chain over pairs of tokens, 2i and 2i + 1 of the
// chunk. A masked token's value counts as 0, whatever it holds.
//
// Compiled with -mavx512bf16 on top of avx512's flags, in a namespace of its own: nothing here is
// shared with what runs on machines that lack it.
#if defined(REALM_ISA_AVX512)
#undef REALM_ISA
#define REALM_ISA avx512bf16
#include "backend/cpu/kernels/bf16_queries.hpp"
#include "backend/cpu/kernels/bf16_softmax.hpp"
#include "backend/cpu/kernels/row_tile.hpp"

namespace realm::cpu {

namespace avx512 {
void attend(const AttendChunk& chunk);
void attend_queries(const float* q, int32_t rows, int32_t head_dim, float scale, KvFormat format,
                    float* out);
}  // namespace avx512

namespace avx512bf16 {
namespace {

constexpr int kRowTile = 6;
constexpr int kScoreGroups = 2;
constexpr int kMixVectors = 4;
// From so many rows on, converting keys and values once is cheaper than in every tile.
constexpr int kPanelRows = 8;
constexpr __mmask16 kAllLanes = 0xffff;

// What a tile needs beside its chunk.
struct Work {
  const float* value_scales;  ///< of blocks, [head_dim / 32][kChunkTokens]
  float* scores;              ///< [kRowTile][kChunkTokens]
  uint16_t* weights;          ///< [kRowTile][kChunkTokens]
  /// What to fetch while a group's keys or values are read: what comes kFetchGroups later.
  const void* keys_ahead[kChunkGroups] = {};
  const void* values_ahead[kChunkGroups] = {};
};

// 8 to 16 KiB: about what memory sends in the time that it takes to answer.
constexpr int kFetchGroups = 4;

// Keys, then values, then the next chunk's keys.
void plan_fetches(const AttendChunk& c, int first_group, int end_group, Work& work) {
  const int count = end_group - first_group;
  const auto at = [&](int i) -> const void* {
    if (i < count) return c.k[first_group + i];
    if (i < 2 * count) return c.v[first_group + i - count];
    const int next = i - 2 * count;
    return c.next_k != nullptr && next < kChunkGroups ? c.next_k[next] : nullptr;
  };
  for (int i = 0; i < count; ++i) {
    work.keys_ahead[first_group + i] = at(i + kFetchGroups);
    work.values_ahead[first_group + i] = at(count + i + kFetchGroups);
  }
}

template <int rows, Source s>
void score_rows(const AttendChunk& c, int row, int first_group, int end_group, const Work& work) {
  const float* q = c.q + int64_t{row} * c.head_dim;
  const auto tile = [&]<int groups>(int g) {
    if constexpr (is_blocks(s)) {
      score_codes<rows, groups, s>(q, c.head_dim, c.k + g, work.keys_ahead + g,
                                   work.scores + g * kTokenGroup);
    } else {
      score_pairs<rows, groups, s>(reinterpret_cast<const uint16_t*>(q), 2 * c.head_dim, c.head_dim,
                                   c.k + g, work.keys_ahead + g, work.scores + g * kTokenGroup);
    }
  };
  int g = first_group;
  for (; g + kScoreGroups <= end_group; g += kScoreGroups)
    tile.template operator()<kScoreGroups>(g);
  for (; g < end_group; ++g) tile.template operator()<1>(g);
}

// Each step for all rows, so that the sums across lanes of one row run beside those of others.
template <int rows>
void weigh_rows(const AttendChunk& c, int row, const Work& work) {
  const int32_t* first = c.first + row;
  const int32_t* last = c.last + row;
  F32 most[rows];
  F32 sums[rows];
  float largest[rows];
  for (int r = 0; r < rows; ++r) {
    most[r] = largest_scores(work.scores + r * kChunkTokens, first[r], last[r], c.softcap);
  }
  for (int r = 0; r < rows; ++r) largest[r] = reduce_max(most[r]);
  for (int r = 0; r < rows; ++r) {
    sums[r] = weigh(work.scores + r * kChunkTokens, work.weights + r * kChunkTokens, first[r],
                    last[r], largest[r]);
  }
  for (int r = 0; r < rows; ++r) {
    if (first[r] >= last[r]) continue;
    c.largest[row + r] = largest[r] * (1 / kLog2E);
    c.sum[row + r] = reduce_add(sums[r]);
  }
}

template <int rows, Source s, bool part>
void mix_rows(const AttendChunk& c, const Work& work, int row, int64_t first, int64_t end,
              __m512i keep, float* mix) {
  if (first >= end) return;
  const int64_t head_dim = c.head_dim;
  const uint16_t* weights = work.weights + row * kChunkTokens;
  const float* scales = work.value_scales;
  // Whole rows are fetched with their first columns.
  const void* const* ahead = part ? nullptr : work.values_ahead;
  int64_t column = 0;
  for (; column + kMixVectors * 16 <= head_dim; column += kMixVectors * 16) {
    mix_pairs<rows, kMixVectors, s, part>(weights, first, end, c.v, head_dim, column, kAllLanes,
                                          keep, scales, column == 0 ? ahead : nullptr, mix);
  }
  for (; column < head_dim; column += 16) {
    mix_pairs<rows, 1, s, part>(weights, first, end, c.v, head_dim, column,
                                lanes_below(head_dim - column), keep, scales,
                                column == 0 ? ahead : nullptr, mix);
  }
}

// Pairs [from, to) of a row's own tokens; the first and the last may be seen in part.
template <Source s>
void mix_alone(const AttendChunk& c, const Work& work, int tile_row, int row, int64_t from,
               int64_t to, float* mix) {
  const int64_t first = c.first[tile_row + row];
  const int64_t last = c.last[tile_row + row];
  int64_t begin = first / 2 > from ? first / 2 : from;
  const int64_t end = (last + 1) / 2 < to ? (last + 1) / 2 : to;
  const auto pair = [&](int64_t at) {
    const uint32_t low = 2 * at >= first ? 0xffffu : 0;
    const uint32_t high = 2 * at + 1 < last ? 0xffff0000u : 0;
    mix_rows<1, s, true>(c, work, row, at, at + 1,
                         _mm512_set1_epi32(static_cast<int32_t>(low | high)), mix);
  };
  if (begin >= end) return;
  if (2 * begin < first) pair(begin++);
  const bool cut = begin < end && 2 * end > last;
  mix_rows<1, s, false>(c, work, row, begin, cut ? end - 1 : end, __m512i{}, mix);
  if (cut) pair(end - 1);
}

template <int rows, Source keys, Source values>
void attend_rows(const AttendChunk& c, int row, const Work& work) {
  const int32_t* first = c.first + row;
  const int32_t* last = c.last + row;
  const auto seen = seen_tokens(rows, first, last);
  if (seen.lowest >= seen.highest) return;
  score_rows<rows, keys>(c, row, seen.lowest / kTokenGroup,
                         (seen.highest + kTokenGroup - 1) / kTokenGroup, work);
  const int64_t head_dim = c.head_dim;
  float* mix = c.mix + row * head_dim;
  weigh_rows<rows>(c, row, work);
  for (int r = 0; r < rows; ++r) {
    if (first[r] >= last[r]) continue;
    for (int64_t d = 0; d < head_dim; d += kLanes) {
      store_n(mix + r * head_dim + d, set1(0), head_dim - d < kLanes ? head_dim - d : kLanes);
    }
  }
  // Every row walks its own pairs in order; the stretch that all see whole, they walk together.
  int64_t common = (seen.common_first + 1) / 2;
  int64_t common_end = seen.common_last / 2;
  if (common >= common_end) common = common_end = kChunkTokens / 2;
  const auto alone = [&](int64_t from, int64_t to) {
    for (int r = 0; r < rows; ++r) {
      if (first[r] >= last[r]) continue;
      mix_alone<values>(c, work, row, r, from, to, mix + r * head_dim);
    }
  };
  alone(0, common);
  mix_rows<rows, values, false>(c, work, 0, common, common_end, __m512i{}, mix);
  alone(common_end, kChunkTokens / 2);
}

template <Source keys, Source values>
void attend_all(const AttendChunk& c, const Work& work) {
  for (int row = 0; row < c.rows; row += kRowTile) {
    const int rows = c.rows - row < kRowTile ? c.rows - row : kRowTile;
    with_count<kRowTile>(rows, [&]<int n>() { attend_rows<n, keys, values>(c, row, work); });
  }
}

template <Source s>
void key_panel(const void* group, int64_t head_dim, uint16_t* out) {
  for (int64_t j = 0; j < head_dim / 2; ++j) {
    _mm512_storeu_si512(out + j * 2 * kTokenGroup, key_pairs<s>(group, j));
  }
}

template <Source s>
void value_panel(const void* group, int64_t head_dim, const float* scales, uint16_t* out) {
  for (int64_t i = 0; i < kTokenGroup / 2; ++i) {
    for (int64_t column = 0; column < head_dim; column += 16) {
      const __mmask16 lanes = lanes_below(head_dim - column);
      _mm512_mask_storeu_epi32(out + (i * head_dim + column) * 2, lanes,
                               value_pairs<s>(group, i, head_dim, column, lanes, scales));
    }
  }
}

template <Source s>
void attend_source(const AttendChunk& c) {
  const auto seen = seen_tokens(c.rows, c.first, c.last);
  const int first_group = seen.lowest / kTokenGroup;
  const int end_group = (seen.highest + kTokenGroup - 1) / kTokenGroup;
  const int64_t head_dim = c.head_dim;
  const int64_t blocks = is_blocks(s) ? head_dim / kKvBlock : 0;
  float* scales = c.scratch + kRowTile * kChunkTokens * 3 / 2;
  for (int g = first_group; g < end_group; ++g) {
    for (int64_t b = 0; b < blocks; ++b) {
      const auto* at = static_cast<const uint8_t*>(c.v[g]) + blocks * block_bytes(s) * kTokenGroup;
      store(scales + b * kChunkTokens + g * kTokenGroup,
            load_as<Element::kF16>(at, b * kTokenGroup));
    }
  }
  Work work{.value_scales = scales,
            .scores = c.scratch,
            .weights = reinterpret_cast<uint16_t*>(c.scratch + kRowTile * kChunkTokens)};
  if (c.rows < kPanelRows) {
    plan_fetches(c, first_group, end_group, work);
    return attend_all<s, s>(c, work);
  }

  const int64_t elems = int64_t{kTokenGroup} * head_dim;
  auto* panels = reinterpret_cast<uint16_t*>(scales + blocks * kChunkTokens);
  const void* keys[kChunkGroups] = {};
  const void* values[kChunkGroups] = {};
  for (int g = first_group; g < end_group; ++g) {
    uint16_t* k = panels + g * elems;
    uint16_t* v = k + kChunkGroups * elems;
    if constexpr (!is_blocks(s)) key_panel<s>(c.k[g], head_dim, k);
    value_panel<s>(c.v[g], head_dim, scales + g * kTokenGroup, v);
    keys[g] = k;
    values[g] = v;
  }
  AttendChunk panel = c;
  panel.v = values;
  if constexpr (is_blocks(s)) {
    attend_all<s, Source::kPanel>(panel, work);
  } else {
    panel.k = keys;
    attend_all<Source::kPanel, Source::kPanel>(panel, work);
  }
}

// Pairs of elements want an even head; nobody has another.
bool is_float(KvFormat format, int32_t head_dim) {
  return format == KvFormat::kF32 || head_dim % 2 != 0;
}

}  // namespace

void attend_queries(const float* q, int32_t rows, int32_t head_dim, float scale, KvFormat format,
                    float* out) {
  if (is_float(format, head_dim)) {
    return avx512::attend_queries(q, rows, head_dim, scale, format, out);
  }
  scale *= kLog2E;  // weights are powers of two
  for (int32_t r = 0; r < rows; ++r, q += head_dim, out += head_dim) {
    if (format == KvFormat::kQ8_0 || format == KvFormat::kQ4_0) {
      code_query(q, head_dim, scale, format == KvFormat::kQ8_0 ? 128 : 8, out);
      continue;
    }
    round_query(q, head_dim, scale, out);
  }
}

void attend(const AttendChunk& c) {
  if (is_float(c.format, c.head_dim)) return avx512::attend(c);
  switch (c.format) {
    case KvFormat::kF16:
      return attend_source<Source::kF16>(c);
    case KvFormat::kBF16:
      return attend_source<Source::kBF16>(c);
    case KvFormat::kQ8_0:
      return attend_source<Source::kQ8_0>(c);
    case KvFormat::kQ4_0:
      return attend_source<Source::kQ4_0>(c);
    case KvFormat::kF32:
      return;
  }
}

}  // namespace avx512bf16
}  // namespace realm::cpu
#endif
