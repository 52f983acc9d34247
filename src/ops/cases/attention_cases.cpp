// Cases of rope_table, rope, kv_write, attention and norm_qkv_rope.
#include <cmath>
#include <limits>

#include "base/str.hpp"
#include "ops/cases/scene.hpp"
#include "ops/cases/sizes.hpp"

namespace realm {
namespace {

constexpr Format kCacheFormats[] = {Format::kF16, Format::kQ8_0, Format::kF32, Format::kBF16,
                                    Format::kQ4_0};

// Heads of whole blocks, where the cache has some.
void fit_head(SceneSpec& spec) {
  const auto block = static_cast<int32_t>(info(spec.format).block_elems);
  spec.head_dim = (spec.head_dim + block - 1) / block * block;
}

// Cosines and sines of random angles.
TensorView turn_table(Arena& arena, int64_t rows, int64_t half) {
  const TensorView table = arena.output(Shape{rows, 2 * half});
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t j = 0; j < half; ++j) {
      const double angle = arena.rng().uniform(-4, 4);
      table.row<float>(r)[j] = static_cast<float>(std::cos(angle));
      table.row<float>(r)[half + j] = static_cast<float>(std::sin(angle));
    }
  }
  return table;
}

}  // namespace

void cases(const RopeTable*, const CaseOptions& options, const Visit<RopeTable>& visit) {
  constexpr int32_t kFarthest = 1 << 20;
  for (size_t i = 0; i < (options.quick ? 8u : 22u); ++i) {
    Arena arena(case_seed(options, RopeTable::kName, i));
    const int64_t n = cycle(kRowCounts, i);
    const int64_t half = cycle<int64_t>({1, 8, 13, 32, 40, 48, 64}, i);
    std::vector<int32_t> positions;
    for (int64_t r = 0; r < n; ++r) {
      const int64_t below = cycle<int64_t>({32, 4096, kFarthest + 1}, static_cast<size_t>(r));
      positions.push_back(static_cast<int32_t>(arena.rng().below(below)));
    }
    positions[0] = i % 2 == 0 ? 0 : kFarthest;
    RopeTable op;
    op.positions = arena.ints(Shape{n}, positions);
    op.inv_freq = arena.output(Shape{half});
    const double base = cycle({10000.0, 500000.0, 100.0}, i);
    for (int64_t j = 0; j < half; ++j) {
      op.inv_freq.row<float>(0)[j] =
          static_cast<float>(std::pow(base, -static_cast<double>(j) / static_cast<double>(half)));
    }
    op.out = arena.output(Shape{n, 2 * half}, i % 5 == 0 ? 2 : 0);
    op.magnitude = cycle({1.0f, 1.1386294f}, i);
    Case<RopeTable> c{.label = str("rows ", n, " half ", half, " base ", base), .op = op};
    c.refill = [op, positions]() mutable {
      for (int32_t& p : positions) p = (p + 1) / 3;
      Arena::set_ints(op.positions, positions);
    };
    visit(c, arena);
  }
}

void cases(const Rope*, const CaseOptions& options, const Visit<Rope>& visit) {
  for (size_t i = 0; i < (options.quick ? 12u : 44u); ++i) {
    Arena arena(case_seed(options, Rope::kName, i));
    const int64_t n = cycle(kRowCounts, i);
    const int32_t head_dim = cycle({16, 64, 80, 96, 128, 6}, i);
    // Whole heads, a quarter of them, one pair.
    const int64_t half = std::max<int64_t>(1, head_dim / cycle<int64_t>({2, 8, 2, head_dim}, i));
    const int64_t heads = cycle<int64_t>({1, 3, 9}, i);
    Rope op;
    op.x = arena.floats(Shape{n, heads * head_dim}, activation_fill(i), i % 3 == 1 ? 4 : 0);
    op.table = turn_table(arena, n, half);
    op.out = i % 2 == 0 ? op.x : arena.output(op.x.shape, i % 3 == 2 ? 5 : 0);
    op.head_dim = head_dim;
    op.pairs = i / 2 % 2 == 0 ? RopePairs::kAdjacent : RopePairs::kHalves;
    Case<Rope> c{.label = str("rows ", n, " heads ", heads, " of ", head_dim, " half ", half,
                              op.pairs == RopePairs::kAdjacent ? " adjacent" : " halves",
                              i % 2 == 0 ? " in place" : ""),
                 .op = op};
    c.refill = [&arena, op] { arena.refill(op.x, Fill::kGaussian); };
    visit(c, arena);
  }
}

void cases(const KvWrite*, const CaseOptions& options, const Visit<KvWrite>& visit) {
  const std::vector<Chunk> batches[] = {
      {{0, 0, 1}},
      {{0, 5, 1}, {1, 16, 1}, {2, 0, 1}},
      {{0, 0, 33}},
      {{1, 15, 18}, {-1, 0, 2}, {0, 3, 1}},
      {{-1, 0, 1}, {2, 63, 2}, {0, 31, 1}, {1, 0, 7}, {-1, 0, 3}},
  };
  const size_t count = options.quick ? 10 : 45;
  for (size_t i = 0; i < count; ++i) {
    Arena arena(case_seed(options, KvWrite::kName, i));
    SceneSpec spec;
    spec.format = cycle(kCacheFormats, i);
    spec.kv_heads = cycle({1, 3, 2, 8}, i);
    spec.group = cycle({1, 2, 3}, i / 2);
    spec.head_dim = cycle({64, 16, 80, 96, 128}, i);
    spec.block_tokens = cycle({16, 32, 64}, i / 3);
    spec.chunks = batches[(i / 3) % 5];
    spec.lengths = {35, 40, 70};
    fit_head(spec);
    Scene scene(arena, spec);
    KvWrite op;
    op.k = arena.floats(Shape{scene.n(), scene.kv_width()}, activation_fill(i % 4),
                        i % 4 == 1 ? 3 : 0);
    op.v = arena.floats(Shape{scene.n(), scene.kv_width()}, activation_fill(i % 5),
                        i % 4 == 2 ? 8 : 0);
    op.batch = scene.batch();
    op.cache = scene.cache();
    Case<KvWrite> c{.label = scene.label(), .op = op};
    c.before.push_back(scene.fill(true));
    // A window of one gives back the values themselves; the other weighs by the keys.
    c.after.push_back(scene.attention(1, 0, 1));
    c.after.push_back(scene.attention(0, 0, 3));
    c.refill = [&arena, op, scene]() mutable {
      arena.refill(op.k, Fill::kUniform);
      arena.refill(op.v, Fill::kGaussian);
      scene.move(false);
    };
    visit(c, arena);
  }
}

void cases(const Attention*, const CaseOptions& options, const Visit<Attention>& visit) {
  struct Batch {
    std::vector<int32_t> lengths;
    std::vector<Chunk> chunks;
  };
  const Batch batches[] = {
      {{1}, {{0, 0, 1}}},
      {{17, 40}, {{0, 0, 17}}},
      {{33, 5, 128}, {{0, 32, 1}, {1, 4, 1}, {2, 127, 1}}},
      {{100, 64, 31}, {{1, 63, 1}, {0, 40, 20}, {-1, 0, 3}, {2, 30, 1}, {0, 60, 9}}},
      {{2, 16, 17, 47}, {{3, 40, 7}, {-1, 0, 1}, {0, 1, 1}, {1, 15, 1}, {2, 16, 1}}},
      {{257}, {{0, 225, 32}}},
      {{700, 3}, {{0, 699, 1}, {1, 2, 1}, {0, 350, 2}}},
      {{1030, 2, 300}, {{0, 1029, 1}, {1, 1, 1}, {2, 254, 4}, {0, 511, 2}}},
  };
  constexpr float kCaps[] = {0, 0, 0, 30, 0, 2};
  const size_t count = options.quick ? 16 : 80;
  for (size_t i = 0; i < count; ++i) {
    Arena arena(case_seed(options, Attention::kName, i));
    const Batch& batch = batches[i % 8];
    SceneSpec spec;
    spec.format = cycle(kCacheFormats, i);
    spec.head_dim = cycle({64, 128, 80, 16, 96, 256, 32, 48, 112}, i);
    spec.group = cycle({3, 1, 4, 2, 8}, i);
    spec.kv_heads = cycle({1, 2, 3}, i / 2);
    spec.block_tokens = cycle({16, 32, 64}, i / 3);
    spec.lengths = batch.lengths;
    spec.chunks = batch.chunks;
    spec.window = cycle({0, 64, 0, 7, 0, 1, 0, 100}, i / 2);
    spec.softcap = cycle(kCaps, i / 5);
    spec.ahead = i % 3 == 1;
    spec.query_size = cycle({1.0f, 1.0f, 6.0f}, i / 4);
    fit_head(spec);
    Scene scene(arena, spec);
    Case<Attention> c;
    c.label = scene.label();
    c.op = scene.attention(spec.window, spec.softcap, spec.query_size, i % 4 == 2 ? 3 : 0);
    if (i % 13 == 6) {  // one poisoned query: its head's outputs and no others
      c.op.q.row<float>(0)[1] = std::numeric_limits<float>::quiet_NaN();
      c.label += ", NaN query";
    }
    c.before.push_back(scene.fill(false));
    c.refill = [&arena, op = c.op, scene]() mutable {
      arena.refill(op.q, Fill::kGaussian);
      scene.move(true);
    };
    visit(c, arena);
  }
}

void cases(const NormQkvRope*, const CaseOptions& options, const Visit<NormQkvRope>& visit) {
  const std::vector<Chunk> batches[] = {
      {{0, 0, 1}},
      {{0, 9, 1}, {1, 20, 1}},
      {{0, 0, 17}, {-1, 0, 1}, {1, 15, 3}},
      {{-1, 0, 2}, {1, 16, 9}, {0, 15, 1}},
      {{1, 0, 33}},
  };
  const size_t per_format = options.quick ? 2 : 6;
  size_t index = 0;
  for (const Format format : weight_formats()) {
    for (size_t j = 0; j < per_format; ++j, ++index) {
      const size_t i = index;
      Arena arena(case_seed(options, NormQkvRope::kName, i));
      SceneSpec spec;
      spec.format = cycle(kCacheFormats, i);
      // Emulators take a minute for what a processor does in one second.
      spec.kv_heads = options.quick ? cycle({1, 2}, i) : cycle({1, 3, 2}, i);
      spec.group = options.quick ? cycle({1, 2, 3}, i / 2) : cycle({3, 1, 2}, i / 2);
      spec.head_dim = options.quick ? cycle({16, 80, 32, 64}, i) : cycle({64, 16, 80, 128}, i);
      spec.block_tokens = cycle({16, 32, 64}, i / 3);
      spec.chunks = batches[i % 5];
      spec.lengths = {35, 40};
      fit_head(spec);
      Scene scene(arena, spec);

      const auto block = static_cast<int64_t>(info(format).block_elems);
      const int64_t dim = block == 1 ? cycle<int64_t>({33, 64, 96}, i)
                                     : block * cycle<int64_t>({1, 2, 3}, options.quick ? i % 2 : i);
      // The mixes of real files: values in a richer format than queries and keys.
      Format v_format = format;
      if (i % 4 == 1) v_format = dim % 256 == 0 ? Format::kQ6_K : Format::kF16;
      const auto bias = [&](int64_t n) {
        return i % 3 == 0 ? arena.floats(Shape{n}, Fill::kGaussian) : TensorView{};
      };
      NormQkvRope op;
      op.x = arena.floats(Shape{scene.n(), dim}, activation_fill(i), i % 4 == 3 ? 7 : 0);
      op.norm_weight = arena.floats(Shape{dim}, Fill::kPositive);
      op.q_weight = arena.weight(format, scene.q_width(), dim);
      op.k_weight = arena.weight(format, scene.kv_width(), dim);
      op.v_weight = arena.weight(v_format, scene.kv_width(), dim);
      op.q_bias = bias(scene.q_width());
      op.k_bias = bias(scene.kv_width());
      op.v_bias = bias(scene.kv_width());
      if (i % 5 >= 2) op.q_norm = arena.floats(Shape{spec.head_dim}, Fill::kPositive);
      if (i % 5 >= 3) op.k_norm = arena.floats(Shape{spec.head_dim}, Fill::kPositive);
      op.rope_table = turn_table(arena, scene.n(), spec.head_dim / (i % 3 == 2 ? 4 : 2));
      op.batch = scene.batch();
      op.cache = scene.cache();
      op.q = arena.output(Shape{scene.n(), scene.q_width()}, i % 5 == 4 ? 2 : 0);
      op.eps = 1e-5f;
      op.pairs = i % 2 == 0 ? RopePairs::kAdjacent : RopePairs::kHalves;
      Case<NormQkvRope> c{.label = str(info(format).name, " v ", info(v_format).name, " dim ", dim,
                                       op.q_bias ? " bias" : "", op.q_norm ? " q_norm" : "",
                                       op.k_norm ? " k_norm" : "", ", cache ", scene.label()),
                          .op = op};
      c.before.push_back(scene.fill(true));
      c.after.push_back(scene.attention(1, 0, 1));
      c.after.push_back(scene.attention(0, 0, 1));
      c.refill = [&arena, op, scene]() mutable {
        arena.refill(op.x, Fill::kOutliers);
        scene.move(false);
      };
      visit(c, arena);
    }
  }
}

}  // namespace realm
