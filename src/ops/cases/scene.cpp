#include "ops/cases/scene.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/str.hpp"

namespace realm {
namespace {

template <class T>
void shuffle(Rng& rng, std::vector<T>& values) {
  for (size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<size_t>(rng.below(static_cast<int64_t>(i)))]);
  }
}

// A padding row's position says nothing; a device that reads it must not fall over it.
constexpr int32_t kNoPosition = -7;

}  // namespace

Scene::Scene(Arena& arena, const SceneSpec& spec) : arena_(arena), spec_(spec) {
  const auto pages = [&](int32_t length) {
    return (length + spec.block_tokens - 1) / spec.block_tokens;
  };
  int32_t longest = 1;
  int32_t total = 3;  // spare pages stay poison
  for (const int32_t length : spec.lengths) {
    longest = std::max(longest, pages(length));
    total += pages(length);
  }
  std::vector<int32_t> ids(static_cast<size_t>(total));
  for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int32_t>(i);
  shuffle(arena.rng(), ids);

  const auto max_blocks = static_cast<size_t>(longest) + 1;
  std::vector<int32_t> tables(max_blocks * spec.lengths.size(), -1);
  for (size_t s = 0; s < spec.lengths.size(); ++s) {
    for (int32_t b = 0; b < pages(spec.lengths[s]); ++b) {
      tables[s * max_blocks + static_cast<size_t>(b)] = ids.back();
      ids.pop_back();
    }
  }
  std::vector<int32_t> positions;
  std::vector<int32_t> sequences;
  for (const Chunk& chunk : spec.chunks) {
    for (int32_t i = 0; i < chunk.count; ++i) {
      sequences.push_back(chunk.sequence);
      positions.push_back(chunk.sequence < 0 ? kNoPosition : chunk.first + i);
    }
  }
  const auto n = static_cast<int64_t>(positions.size());
  cache_ = arena.cache(spec.format, spec.kv_heads, spec.head_dim, spec.block_tokens, total);
  batch_.positions = arena.ints(Shape{n}, positions);
  batch_.sequences = arena.ints(Shape{n}, sequences);
  const auto n_sequences = static_cast<int64_t>(spec.lengths.size());
  batch_.block_tables = arena.ints(Shape{n_sequences, static_cast<int64_t>(max_blocks)}, tables);
  if (spec.ahead) lengths_ = arena.ints(Shape{n_sequences}, spec.lengths);
}

KvWrite Scene::fill(bool but_batch) {
  std::set<std::pair<int32_t, int32_t>> left_out;
  if (but_batch) {
    for (const Chunk& chunk : spec_.chunks) {
      for (int32_t i = 0; i < chunk.count; ++i) left_out.insert({chunk.sequence, chunk.first + i});
    }
  }
  std::vector<std::pair<int32_t, int32_t>> places;
  for (size_t s = 0; s < spec_.lengths.size(); ++s) {
    for (int32_t p = 0; p < spec_.lengths[s]; ++p) {
      const std::pair<int32_t, int32_t> place{static_cast<int32_t>(s), p};
      if (left_out.count(place) == 0) places.push_back(place);
    }
  }
  // Never empty: a padding row.
  places.emplace_back(-1, kNoPosition);
  shuffle(arena_.rng(), places);
  std::vector<int32_t> sequences;
  std::vector<int32_t> positions;
  for (const auto& place : places) {
    sequences.push_back(place.first);
    positions.push_back(place.second);
  }
  const auto n = static_cast<int64_t>(places.size());
  KvWrite op;
  op.k = arena_.floats(Shape{n, kv_width()}, Fill::kGaussian);
  op.v = arena_.floats(Shape{n, kv_width()}, Fill::kGaussian);
  op.batch.positions = arena_.ints(Shape{n}, positions);
  op.batch.sequences = arena_.ints(Shape{n}, sequences);
  // Tables of its own: move() must not change what was filled.
  const auto* tables = batch_.block_tables.row<const int32_t>(0);
  op.batch.block_tables = arena_.ints(
      batch_.block_tables.shape, {tables, static_cast<size_t>(batch_.block_tables.shape.elems())});
  op.cache = cache_;
  return op;
}

Attention Scene::attention(int32_t window, float softcap, float query_size, int64_t pad) {
  Attention op;
  op.q = arena_.floats(Shape{n(), q_width()}, Fill::kGaussian, pad);
  for (int64_t r = 0; r < op.q.rows(); ++r) {
    for (int64_t c = 0; c < op.q.cols(); ++c) op.q.row<float>(r)[c] *= query_size;
  }
  op.batch = batch_;
  op.lengths = lengths_;
  op.cache = cache_;
  op.out = arena_.output(op.q.shape, pad);
  op.scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(spec_.head_dim)));
  op.window = window;
  op.softcap = softcap;
  return op;
}

void Scene::move(bool halve) {
  auto* positions = batch_.positions.row<int32_t>(0);
  auto* sequences = batch_.sequences.row<int32_t>(0);
  bool at_start = false;
  for (int64_t i = 0; i < n(); ++i) at_start = at_start || (sequences[i] >= 0 && positions[i] == 0);
  for (int64_t i = 0; i < n(); ++i) {
    if (sequences[i] < 0) continue;
    if (halve) {
      positions[i] /= 2;
    } else if (!at_start) {
      positions[i] -= 1;
    }
    if (spec_.lengths.size() > 1 && sequences[i] < 2) sequences[i] = 1 - sequences[i];
  }
  if (spec_.lengths.size() > 1) {
    std::swap_ranges(batch_.block_tables.row<int32_t>(0),
                     batch_.block_tables.row<int32_t>(0) + batch_.block_tables.cols(),
                     batch_.block_tables.row<int32_t>(1));
    if (lengths_) std::swap(lengths_.row<int32_t>(0)[0], lengths_.row<int32_t>(0)[1]);
  }
}

std::string Scene::label() const {
  std::string out =
      str(info(spec_.format).name, " ", spec_.kv_heads * spec_.group, "/", spec_.kv_heads,
          " heads of ", spec_.head_dim, ", pages of ", spec_.block_tokens, ", rows");
  for (const Chunk& c : spec_.chunks) {
    out +=
        c.sequence < 0 ? str(" pad*", c.count) : str(" ", c.sequence, "@", c.first, "*", c.count);
  }
  if (spec_.ahead) out += ", ahead";
  if (spec_.window > 0) out += str(", window ", spec_.window);
  if (spec_.softcap > 0) out += str(", softcap ", spec_.softcap);
  if (spec_.query_size != 1) out += str(", queries * ", spec_.query_size);
  return out;
}

}  // namespace realm
