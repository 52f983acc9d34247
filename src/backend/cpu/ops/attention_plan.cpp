#include "backend/cpu/ops/attention_plan.hpp"

#include <algorithm>

#include "backend/cpu/kernels.hpp"

namespace realm::cpu {
namespace {

// Work in units of tokens * rows.
int64_t cost(const AttentionPlan& plan, const AttentionItem& item) {
  return int64_t{item.end_chunk - item.first_chunk} *
         plan.tiles[static_cast<size_t>(item.tile)].tokens;
}

void find_tiles(const Attention& op, int32_t max_tokens, AttentionPlan& plan) {
  const auto* positions = op.batch.positions.row<const int32_t>(0);
  const auto* sequences = op.batch.sequences.row<const int32_t>(0);
  for (int64_t i = 0; i < op.q.rows(); ++i) {
    if (sequences[i] < 0) {
      plan.padding_rows.push_back(i);
      continue;
    }
    AttentionTile* last = plan.tiles.empty() ? nullptr : &plan.tiles.back();
    if (last != nullptr && last->row + last->tokens == i && last->sequence == sequences[i] &&
        last->first_position + last->tokens == positions[i] && last->tokens < max_tokens) {
      ++last->tokens;
    } else {
      plan.tiles.push_back({i, 1, positions[i], sequences[i], 0, 0});
    }
  }
  for (AttentionTile& tile : plan.tiles) {
    // Ranges move along with positions: the first row sees the first token, the last row the last.
    const int32_t last = tile.first_position + tile.tokens - 1;
    const int64_t first = visible_tokens(op, tile.sequence, tile.first_position).first;
    const int64_t end = visible_tokens(op, tile.sequence, last).end;
    tile.first_chunk = static_cast<int32_t>(first / kChunkTokens);
    tile.end_chunk = static_cast<int32_t>((end - 1) / kChunkTokens + 1);
  }
}

}  // namespace

AttentionPlan plan_attention(const Attention& op, int threads) {
  AttentionPlan plan;
  const auto kv_heads = op.cache.kv_heads;
  const auto group = static_cast<int32_t>(op.q.cols() / op.cache.head_dim) / kv_heads;
  const int64_t pieces = op.q.rows() * group / (2 * kTileRows) * kv_heads;
  const int32_t tile_rows = pieces < int64_t{8} * threads ? kTileRows : 2 * kTileRows;
  find_tiles(op, std::max(1, tile_rows / group), plan);

  // Few tiles over many chunks (decoding at depth): every chunk is an item of its own.
  const auto whole = static_cast<int64_t>(plan.tiles.size()) * kv_heads;
  const bool split = threads > 1 && whole < 4 * threads;
  for (size_t t = 0; t < plan.tiles.size(); ++t) {
    const AttentionTile& tile = plan.tiles[t];
    plan.max_rows = std::max(plan.max_rows, tile.tokens * group);
    for (int32_t h = 0; h < kv_heads; ++h) {
      AttentionItem item{static_cast<int32_t>(t), h, tile.first_chunk, tile.end_chunk};
      if (!split || tile.end_chunk - tile.first_chunk < 2) {
        plan.items.push_back(item);
        continue;
      }
      for (int32_t chunk = tile.first_chunk; chunk < tile.end_chunk; ++chunk) {
        item.first_chunk = chunk;
        item.end_chunk = chunk + 1;
        item.state = plan.states++;
        plan.items.push_back(item);
      }
    }
  }
  std::stable_sort(plan.items.begin(), plan.items.end(),
                   [&](const AttentionItem& a, const AttentionItem& b) {
                     return cost(plan, a) > cost(plan, b);
                   });
  return plan;
}

}  // namespace realm::cpu
