// Activations: every set rounds as ops/activations.hpp defines, to the bit, and puts each code
// where its kernels look for it.
#include "backend/cpu/linear/columns.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "backend/cpu/linear/linear_test_tools.hpp"
#include "backend/cpu/linear/packed.hpp"
#include "base/str.hpp"
#include "ops/activations.hpp"

namespace realm::cpu {
namespace {

using ColumnsTest = LinearTest;
INSTANTIATE_TEST_SUITE_P(Isa, ColumnsTest, testing::Range(size_t{0}, variants().size()),
                         variant_name);

constexpr uint32_t kAllPlanes =
    kFloats | kCodes | kWide | kStarts | kSums | kStarts16 | kSums16 | kBrainFloats | kBrainPairs;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

// Blocks that can hurt.
std::vector<float> hard_row(Rng& rng, size_t blocks) {
  std::vector<float> x(blocks * kBlock);
  for (size_t b = 0; b < blocks; ++b) {
    float* block = &x[b * kBlock];
    const double size = std::exp2(rng.uniform(-60, 60));
    for (size_t i = 0; i < kBlock; ++i) block[i] = static_cast<float>(rng.gaussian() * size);
    const auto at = static_cast<size_t>(rng.below(kBlock));
    switch (rng.below(12)) {
      case 0:
        std::fill_n(block, kBlock, 0.0f);
        break;
      case 1:
        block[at] = kNan;
        break;
      case 2:
        block[at] = rng.below(2) == 0 ? kInf : -kInf;
        break;
      case 3:  // the inverse of the largest overflows
        for (size_t i = 0; i < kBlock; ++i) block[i] = static_cast<float>(rng.gaussian() * 1e-39);
        break;
      case 4:  // around the smallest whose inverse is finite
        for (size_t i = 0; i < kBlock; ++i) {
          block[i] = static_cast<float>(rng.uniform(-1, 1) * 3.7323e-37);
        }
        break;
      case 5:  // exact ties: rounds to even
        for (size_t i = 0; i < kBlock; ++i) {
          block[i] = static_cast<float>(rng.below(255)) - 127.0f + 0.5f;
        }
        block[at] = rng.below(2) == 0 ? 127.0f : -127.0f;
        break;
      case 6:  // the largest finite numbers
        block[at] = std::numeric_limits<float>::max();
        break;
      case 7:
        block[at] = -0.0f;
        break;
      default:
        break;
    }
  }
  return x;
}

uint32_t bits_of(float v) { return std::bit_cast<uint32_t>(v); }

// Elements [from, from + count) of column `j`, as they are and rounded to bfloat16.
void expect_floats(const Columns& columns, int32_t j, int64_t from, int64_t count,
                   const float* values) {
  for (int64_t i = 0; i < count; ++i) {
    const int64_t at = (from + i) * columns.count + j;
    ASSERT_EQ(bits_of(columns.floats[at]), bits_of(values[i]));
    const uint16_t want = float_to_bfloat16(values[i]);
    ASSERT_EQ(bits_of(columns.brain_floats[at]), bits_of(bfloat16_to_float(want)));
    const int64_t pair = (from + i) / 2 * columns.count + j;
    ASSERT_EQ(columns.brain_pairs[2 * pair + (from + i) % 2], want);
  }
}

// Block `b` of column `j` of the codes: of the first rounding, or of the second.
void expect_block(const LinearKernels& kernels, const Columns& columns, int32_t j, int64_t b,
                  const std::array<int8_t, kBlock>& codes, float want_scale) {
  const int64_t at = b * columns.count + j;
  const float scale = columns.scales[at];
  int32_t sums[2] = {};
  for (int32_t i = 0; i < static_cast<int32_t>(kBlock); ++i) {
    sums[i / 16] += codes[static_cast<size_t>(i)];
    const int64_t unit = kernels.code_unit;
    const int64_t place = (b * kBlock + i) / unit * unit * columns.count + j * unit + i % unit;
    ASSERT_EQ(columns.codes[place], codes[static_cast<size_t>(i)]) << i;
    const int64_t wide_place = (b * kBlock + i) / 2 * 2 * columns.count + j * 2 + i % 2;
    ASSERT_EQ(columns.wide[wide_place], codes[static_cast<size_t>(i)]) << i;
  }
  const int64_t at16 = 2 * b * columns.count + j;
  EXPECT_EQ(columns.starts[at], -(sums[0] + sums[1]));
  EXPECT_EQ(columns.starts16[at16], -sums[0]);
  EXPECT_EQ(columns.starts16[at16 + columns.count], -sums[1]);
  if (std::isnan(want_scale)) {
    EXPECT_TRUE(std::isnan(scale));
    EXPECT_TRUE(std::isnan(columns.sums[at]));
    EXPECT_TRUE(std::isnan(columns.sums16[at16]));
    return;
  }
  ASSERT_EQ(bits_of(scale), bits_of(want_scale));
  EXPECT_EQ(columns.sums[at], scale * static_cast<float>(sums[0] + sums[1]));
  EXPECT_EQ(columns.sums16[at16], scale * static_cast<float>(sums[0]));
  EXPECT_EQ(columns.sums16[at16 + columns.count], scale * static_cast<float>(sums[1]));
}

void rounded_to_the_bit(const LinearContext& context, uint64_t seed, bool pairs) {
  const LinearKernels& kernels = context.kernels;
  Rng rng(seed);
  constexpr int64_t kBlocks = 9;
  constexpr int64_t kCols = kBlocks * kBlock;
  size_t poisoned = 0;
  for (int64_t m = 1; m <= 40; ++m) {
    std::vector<std::vector<float>> x;
    std::vector<float> all;
    for (int64_t r = 0; r < m; ++r) {
      x.push_back(hard_row(rng, kBlocks));
      all.insert(all.end(), x.back().begin(), x.back().end());
    }
    const auto groups =
        ColumnGroups::prepare(context, {.x = all.data(), .stride = kCols, .m = m, .k = kCols},
                              pairs ? kAllPlanes | kPairs : kAllPlanes);
    ASSERT_TRUE(groups.has_value());
    ASSERT_EQ(groups->pairs(), pairs);
    int64_t row = 0;
    for (int64_t g = 0; g < groups->count(); ++g) {
      ASSERT_EQ(groups->first_column(g), row);
      const Columns rows = groups->columns(g);
      const Columns columns = groups->code_columns(g);
      ASSERT_EQ(columns.count, rows.count * (pairs ? 2 : 1));
      ASSERT_LE(columns.count, kernels.max_columns);
      for (int32_t j = 0; j < rows.count; ++j, ++row) {
        for (int64_t b = 0; b < kBlocks; ++b) {
          SCOPED_TRACE(str("m ", m, " row ", row, " block ", b));
          const float* values = &x[static_cast<size_t>(row)][static_cast<size_t>(b * kBlock)];
          expect_floats(rows, j, b * kBlock, kBlock, values);
          const ActivationBlock want = round_activations(
              {values, kBlock}, pairs ? Activations::kInt16Block32 : Activations::kInt8Block32);
          poisoned += std::isnan(want.scale) ? 1u : 0u;
          expect_block(kernels, columns, pairs ? 2 * j : j, b, want.codes, want.scale);
          if (!pairs) continue;
          expect_block(kernels, columns, 2 * j + 1, b, want.fine_codes, want.fine_scale);
        }
      }
    }
    ASSERT_EQ(row, m);
  }
  EXPECT_GT(poisoned, 100u);
}

TEST_P(ColumnsTest, RoundedToTheBit) {
  ThreadPool pool(2);
  rounded_to_the_bit(context(pool), kSeed, false);
}

TEST_P(ColumnsTest, RoundedTwiceToTheBit) {
  ThreadPool pool(2);
  rounded_to_the_bit(context(pool), kSeed + 1, true);
}

// Floats alone are not doubled: a group has as many rows as ever.
TEST_P(ColumnsTest, FloatsAreNoPairs) {
  ThreadPool pool(2);
  std::vector<float> x(32);
  const auto groups = ColumnGroups::prepare(
      context(pool), {.x = x.data(), .stride = 0, .m = kernels_->max_columns, .k = 32},
      kFloats | kPairs);
  ASSERT_TRUE(groups.has_value());
  EXPECT_FALSE(groups->pairs());
  EXPECT_EQ(groups->count(), 1);
}

// Any number of columns of k, whose pairs end beside a zero.
TEST_P(ColumnsTest, OddLengths) {
  ThreadPool pool(2);
  Rng rng(kSeed + 2);
  for (const int64_t k : {1, 2, 3, 63, 64, 65, 129, 191}) {
    for (const int64_t m : {1, 3, 17}) {
      SCOPED_TRACE(str("m ", m, " k ", k));
      const auto x = hard_row(rng, static_cast<size_t>((m * k + kBlock - 1) / kBlock));
      const auto groups =
          ColumnGroups::prepare(context(pool), {.x = x.data(), .stride = k, .m = m, .k = k},
                                kFloats | kBrainFloats | kBrainPairs);
      ASSERT_TRUE(groups.has_value());
      for (int64_t g = 0; g < groups->count(); ++g) {
        const Columns columns = groups->columns(g);
        for (int32_t j = 0; j < columns.count; ++j) {
          expect_floats(columns, j, 0, k, x.data() + (groups->first_column(g) + j) * k);
          if (k % 2 == 0) continue;
          ASSERT_EQ(columns.brain_pairs[2 * (k / 2 * columns.count + j) + 1], 0);
        }
      }
    }
  }
}

// All planes of all groups, one after the other.
std::vector<std::byte> bytes_of(const ColumnGroups& groups, int64_t k) {
  std::vector<std::byte> out;
  const auto add = [&out](const auto* plane, int64_t n) {
    const auto* bytes = reinterpret_cast<const std::byte*>(plane);
    out.insert(out.end(), bytes, bytes + static_cast<size_t>(n) * sizeof *plane);
  };
  for (int64_t g = 0; g < groups.count(); ++g) {
    const Columns codes = groups.code_columns(g);
    const int64_t n = codes.count * k;
    add(codes.codes, n);
    add(codes.wide, n);
    add(codes.scales, n / kBlock);
    add(codes.starts, n / kBlock);
    add(codes.sums, n / kBlock);
    add(codes.starts16, n / kBlock * 2);
    add(codes.sums16, n / kBlock * 2);
    const Columns rows = groups.columns(g);
    add(rows.floats, rows.count * k);
    add(rows.brain_floats, rows.count * k);
    add(rows.brain_pairs, rows.count * k);
  }
  return out;
}

// Where rows are few, threads share each of them.
TEST_P(ColumnsTest, SharedRowsHaveTheBitsOfWholeOnes) {
  ThreadPool one(1);
  ThreadPool many(5);
  Rng rng(kSeed + 3);
  constexpr int64_t kCols = 4128;  // no multiple of a piece
  const auto weight = hard_row(rng, kCols / kBlock);
  for (const int64_t m : {1, 4, 7, 8, 17, 100}) {
    const auto x = hard_row(rng, static_cast<size_t>(m * kCols / kBlock));
    for (const float* norm : {static_cast<const float*>(nullptr), weight.data()}) {
      for (const uint32_t pairs : {0u, uint32_t{kPairs}}) {
        SCOPED_TRACE(str("m ", m, norm == nullptr ? "" : ", normed", pairs == 0 ? "" : ", pairs"));
        const ProductInput input{
            .x = x.data(), .stride = kCols, .m = m, .k = kCols, .norm_weight = norm, .eps = 1e-5f};
        const auto whole = ColumnGroups::prepare(context(one), input, kAllPlanes | pairs);
        ASSERT_TRUE(whole.has_value());
        const auto want = bytes_of(*whole, kCols);
        const auto shared = ColumnGroups::prepare(context(many), input, kAllPlanes | pairs);
        ASSERT_TRUE(shared.has_value());
        ASSERT_TRUE(bytes_of(*shared, kCols) == want);
      }
    }
  }
}

TEST_P(ColumnsTest, NoRows) {
  ThreadPool pool(2);
  const auto groups =
      ColumnGroups::prepare(context(pool), {.stride = 32, .m = 0, .k = 32}, kAllPlanes);
  ASSERT_TRUE(groups.has_value());
  EXPECT_EQ(groups->count(), 0);
}

}  // namespace
}  // namespace realm::cpu
