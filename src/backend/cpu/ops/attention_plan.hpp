// How the queries of a batch are divided: tiles of consecutive rows of one sequence, and for each
// tile and key-value head a range of chunks of keys (kChunkTokens, counted from the sequence's
// start). Chunks are folded in their order whoever computed them, so the plan changes no bits.
#pragma once

#include <vector>

#include "ops/attention/attention.hpp"

namespace realm::cpu {

/// Rows [row, row + tokens) of the batch: positions first_position, first_position + 1, ...
struct AttentionTile {
  int64_t row;
  int32_t tokens;
  int32_t first_position;
  int32_t sequence;
  int32_t first_chunk;  ///< chunks that some row sees: [first_chunk, end_chunk)
  int32_t end_chunk;
};

/// One piece of work: `chunks` of one tile and head.
struct AttentionItem {
  int32_t tile;
  int32_t kv_head;
  int32_t first_chunk;
  int32_t end_chunk;
  int32_t state = -1;  ///< where its chunk's state is kept until all are there; -1: folded at once
};

struct AttentionPlan {
  std::vector<AttentionTile> tiles;
  std::vector<AttentionItem> items;   ///< the longest first
  std::vector<int64_t> padding_rows;  ///< written with zeros
  int32_t max_rows = 0;               ///< query rows (tokens * group) of the largest tile
  int32_t states = 0;                 ///< chunk states to be kept
};

/// Query rows of a tile at most: with head_dim 64 they, a chunk of keys and values in float32 and
/// the rows' results are 180 KiB. Twice as many where that leaves enough pieces for all threads: a
/// chunk's panels are made for every tile anew.
constexpr int32_t kTileRows = 96;

AttentionPlan plan_attention(const Attention& op, int threads);

}  // namespace realm::cpu
