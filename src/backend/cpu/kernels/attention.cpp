// Attention of a few query rows over one chunk of keys and values: scores of all rows into scratch,
// their softmax, the weighted values.
//
// What a row's result is made of, whatever rows stand beside it: every score is one chain of
// multiply-adds over the head's elements; the sum of weights goes by lanes, from the chunk's start;
// every element of the mix is one chain over the row's visible tokens, in order. Masked tokens take
// part in nothing: their keys and values may be anything, NaN too.
#include "backend/cpu/kernels/float_softmax.hpp"
#include "backend/cpu/kernels/float_tiles.hpp"
#include "backend/cpu/kernels/row_tile.hpp"

namespace realm::cpu::REALM_ISA {
namespace {

// Tiles that fill the register file: rows x vectors of accumulators, the vectors, one broadcast.
constexpr bool kFewRegisters = kRegisters == 16;
constexpr int kRowTile = kFewRegisters && kLanes == 4 ? 2 : 6;
constexpr int kScoreGroups = kLanes == 16 ? 2 : 1;
constexpr int kMixVectors = kFewRegisters && kLanes == 8 ? 2 : 4;
// From so many rows on, converting keys and values to float32 once is cheaper than in every tile.
constexpr int kPanelRows = 8;

template <int rows, KvFormat format>
void score_rows(const AttendChunk& c, int row, int first_group, int end_group, float* scores) {
  const float* q = c.q + int64_t{row} * c.head_dim;
  const auto tile = [&]<int groups>(int g) {
    if constexpr (is_blocks(format)) {
      score_blocks<rows, groups, format>(q, c.head_dim, c.k + g, scores + g * kTokenGroup);
    } else {
      score_tile<rows, groups, format>(q, c.head_dim, c.k + g, scores + g * kTokenGroup);
    }
  };
  int g = first_group;
  for (; g + kScoreGroups <= end_group; g += kScoreGroups)
    tile.template operator()<kScoreGroups>(g);
  for (; g < end_group; ++g) tile.template operator()<1>(g);
}

// Each step for all rows, so that the sums across lanes of one row run beside those of others.
template <int rows>
void weigh_rows(const AttendChunk& c, int row, float* scores) {
  const int32_t* first = c.first + row;
  const int32_t* last = c.last + row;
  F32 most[rows];
  F32 sums[rows];
  float largest[rows];
  for (int r = 0; r < rows; ++r) {
    most[r] = largest_scores(scores + r * kChunkTokens, first[r], last[r], c.softcap);
  }
  for (int r = 0; r < rows; ++r) largest[r] = reduce_max(most[r]);
  for (int r = 0; r < rows; ++r) {
    sums[r] = weigh(scores + r * kChunkTokens, first[r], last[r], largest[r]);
  }
  for (int r = 0; r < rows; ++r) {
    if (first[r] >= last[r]) continue;
    c.largest[row + r] = largest[r];
    c.sum[row + r] = reduce_add(sums[r]);
  }
}

template <int rows, KvFormat format>
void mix_rows(const float* p, int first, int last, const Values& v, int64_t head_dim, float* mix) {
  if (first >= last) return;
  int64_t column = 0;
  for (; column + kMixVectors * kLanes <= head_dim; column += kMixVectors * kLanes) {
    mix_tile<rows, kMixVectors, format>(p, first, last, v, head_dim, column, mix);
  }
  for (; column + kLanes <= head_dim; column += kLanes) {
    mix_tile<rows, 1, format>(p, first, last, v, head_dim, column, mix);
  }
  if constexpr (!is_blocks(format)) {
    if (column == head_dim) return;
    mix_rest<rows, static_cast<Element>(format)>(p, first, last, v, head_dim, column, mix);
  }
}

template <int rows, KvFormat format>
void attend_rows(const AttendChunk& c, const Values& v, int row, float* scores) {
  const int32_t* first = c.first + row;
  const int32_t* last = c.last + row;
  const auto seen = seen_tokens(rows, first, last);
  if (seen.lowest >= seen.highest) return;
  score_rows<rows, format>(c, row, seen.lowest / kTokenGroup,
                           (seen.highest + kTokenGroup - 1) / kTokenGroup, scores);
  const int64_t head_dim = c.head_dim;
  float* mix = c.mix + row * head_dim;
  weigh_rows<rows>(c, row, scores);
  for (int r = 0; r < rows; ++r) {
    if (first[r] >= last[r]) continue;
    int64_t d = 0;
    for (; d + kLanes <= head_dim; d += kLanes) store(mix + r * head_dim + d, set1(0));
    if (d < head_dim) store_n(mix + r * head_dim + d, set1(0), head_dim - d);
  }
  // Every row walks its own tokens in order; the stretch that all see, they walk together.
  const bool is_common = seen.common_first < seen.common_last;
  const int common_first = is_common ? seen.common_first : kChunkTokens;
  const int common_last = is_common ? seen.common_last : kChunkTokens;
  const auto alone = [&](int from, int to) {
    for (int r = 0; r < rows; ++r) {
      const int begin = first[r] > from ? first[r] : from;
      const int end = last[r] < to ? last[r] : to;
      mix_rows<1, format>(scores + r * kChunkTokens, begin, end, v, head_dim, mix + r * head_dim);
    }
  };
  alone(0, common_first);
  mix_rows<rows, format>(scores, common_first, common_last, v, head_dim, mix);
  alone(common_last, kChunkTokens);
}

template <KvFormat format>
void attend_all(const AttendChunk& c, const float* scales) {
  for (int row = 0; row < c.rows; row += kRowTile) {
    const int rows = c.rows - row < kRowTile ? c.rows - row : kRowTile;
    with_count<kRowTile>(rows, [&]<int n>() {
      attend_rows<n, format>(c, {c.v, scales}, row, c.scratch);
    });
  }
}

template <KvFormat format>
void attend_format(const AttendChunk& c) {
  const auto seen = seen_tokens(c.rows, c.first, c.last);
  const int first_group = seen.lowest / kTokenGroup;
  const int end_group = (seen.highest + kTokenGroup - 1) / kTokenGroup;
  const int64_t blocks = is_blocks(format) ? c.head_dim / kKvBlock : 0;
  float* scales = c.scratch + kRowTile * kChunkTokens;
  if constexpr (is_blocks(format)) {
    for (int g = first_group; g < end_group; ++g) {
      value_scales<format>(c.v[g], c.head_dim, scales + g * kTokenGroup);
    }
  }
  if (format == KvFormat::kF32 || c.rows < kPanelRows) return attend_all<format>(c, scales);

  const int64_t group = int64_t{kTokenGroup} * c.head_dim;
  float* panels = scales + blocks * kChunkTokens;
  const void* keys[kChunkGroups] = {};
  const void* values[kChunkGroups] = {};
  for (int g = first_group; g < end_group; ++g) {
    float* k = panels + g * group;
    float* v = k + kChunkGroups * group;
    key_panel<format>(c.k[g], c.head_dim, k);
    value_panel<format>(c.v[g], c.head_dim, scales + g * kTokenGroup, v);
    keys[g] = k;
    values[g] = v;
  }
  AttendChunk panel = c;
  panel.k = keys;
  panel.v = values;
  attend_all<KvFormat::kF32>(panel, nullptr);
}

}  // namespace

void attend_queries(const float* q, int32_t rows, int32_t head_dim, float scale, KvFormat,
                    float* out) {
  scale_row(q, out, int64_t{rows} * head_dim, scale);
}

void attend(const AttendChunk& c) {
  switch (c.format) {
    case KvFormat::kF32:
      return attend_format<KvFormat::kF32>(c);
    case KvFormat::kF16:
      return attend_format<KvFormat::kF16>(c);
    case KvFormat::kBF16:
      return attend_format<KvFormat::kBF16>(c);
    case KvFormat::kQ8_0:
      return attend_format<KvFormat::kQ8_0>(c);
    case KvFormat::kQ4_0:
      return attend_format<KvFormat::kQ4_0>(c);
  }
}

void attend_fold(const AttendFold& f) {
  const int64_t head_dim = f.head_dim;
  for (int32_t at = 0; at < f.rows; at += kLanes) {
    const int32_t count = f.rows - at < kLanes ? f.rows - at : kLanes;
    const F32 old = load_n(f.largest + at, count);
    const F32 fresh = load_n(f.chunk_largest + at, count);
    const F32 most = max(old, fresh);
    float largest[kLanes];
    float before[kLanes];
    float now[kLanes];
    store(largest, most);
    store(before, exp(old - most));
    store(now, exp(fresh - most));
    for (int32_t i = 0; i < count; ++i) {
      const int32_t r = at + i;
      if (f.first[r] >= f.last[r]) continue;
      const bool begins = f.sum[r] == 0;
      f.largest[r] = begins ? f.chunk_largest[r] : largest[i];
      f.sum[r] = begins ? f.chunk_sum[r] : f.sum[r] * before[i] + f.chunk_sum[r] * now[i];
      float* mix = f.mix + r * head_dim;
      const float* added = f.chunk_mix + r * head_dim;
      const F32 was = set1(before[i]);
      const F32 is = set1(now[i]);
      int64_t d = 0;
      for (; d + kLanes <= head_dim; d += kLanes) {
        const F32 values = load(added + d);
        store(mix + d, begins ? values : fma(load(mix + d), was, values * is));
      }
      if (d == head_dim) continue;
      const F32 values = load_n(added + d, head_dim - d);
      const F32 folded = fma(load_n(mix + d, head_dim - d), was, values * is);
      store_n(mix + d, begins ? values : folded, head_dim - d);
    }
  }
}

void attend_finish(const float* mix, float sum, float* out, int64_t head_dim) {
  const F32 inverse = set1(1.0f / sum);
  for (int64_t d = 0; d < head_dim; d += kLanes) {
    const int64_t n = head_dim - d < kLanes ? head_dim - d : kLanes;
    store_n(out + d, load_n(mix + d, n) * inverse, n);
  }
}

}  // namespace realm::cpu::REALM_ISA
