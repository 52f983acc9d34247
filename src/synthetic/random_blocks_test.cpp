#include "synthetic/random_blocks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "formats/decode.hpp"
#include "formats/table.hpp"

namespace realm::synthetic {
namespace {

class EveryFormat : public ::testing::TestWithParam<Format> {};

std::vector<std::byte> whole(const RandomBlocks& blocks, Format format, uint64_t elems) {
  std::vector<std::byte> bytes(*row_bytes(format, elems), std::byte{0xee});
  blocks.fill(0, bytes);
  return bytes;
}

std::vector<float> decoded(Format format, const std::vector<std::byte>& bytes, uint64_t elems) {
  std::vector<float> values(elems);
  EXPECT_TRUE(decode_row(format, bytes, values));
  return values;
}

// Within 15 %: scales are one of 16, and a power of two has steps of 2.
TEST_P(EveryFormat, ValuesHaveTheSizeThatIsAskedForAndNoMean) {
  constexpr uint64_t kElems = 1 << 16;
  for (const double rms : {0.0055, 0.02, 0.5}) {
    const RandomBlocks blocks(GetParam(), rms, 0, 3);
    double sum = 0, squares = 0;
    for (const float v : decoded(GetParam(), whole(blocks, GetParam(), kElems), kElems)) {
      ASSERT_TRUE(std::isfinite(v));
      sum += static_cast<double>(v);
      squares += static_cast<double>(v) * static_cast<double>(v);
    }
    const double found = std::sqrt(squares / kElems);
    const double most = GetParam() == Format::kMXFP4 ? 1.5 : 1.15;
    EXPECT_LT(found, rms * most);
    EXPECT_GT(found, rms / most);
    EXPECT_LT(std::fabs(sum / kElems), 0.05 * rms);
  }
}

TEST_P(EveryFormat, AnyStretchEqualsTheWhole) {
  constexpr uint64_t kElems = 4096;
  const RandomBlocks blocks(GetParam(), 0.02, 0, 7);
  const std::vector<std::byte> all = whole(blocks, GetParam(), kElems);
  const uint64_t seed = std::random_device()();
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int i = 0; i < 200; ++i) {
    const size_t offset = random() % all.size();
    const size_t count = random() % (all.size() - offset + 1);
    std::vector<std::byte> some(count, std::byte{0xee});
    blocks.fill_bytes(offset, some);
    ASSERT_TRUE(std::equal(some.begin(), some.end(), all.begin() + static_cast<ptrdiff_t>(offset)))
        << "seed " << seed << ", " << count << " bytes at " << offset;
  }
}

TEST_P(EveryFormat, SeedsDiffer) {
  const RandomBlocks a(GetParam(), 0.02, 0, 1), b(GetParam(), 0.02, 0, 2);
  EXPECT_NE(whole(a, GetParam(), 1024), whole(b, GetParam(), 1024));
}

// Kernels may use the sums that a format stores: they have to be those of its codes.
TEST_P(EveryFormat, StoredSumsAreTrue) {
  const Layout layout = layout_of(GetParam());
  if (layout.sums == StoredSums::kNone) return;
  const std::vector<std::byte> bytes =
      whole(RandomBlocks(GetParam(), 0.02, 0, 5), GetParam(), 4096);
  for (size_t begin = 0; begin < bytes.size(); begin += layout.bytes) {
    const auto* block = reinterpret_cast<const uint8_t*>(bytes.data() + begin);
    const uint32_t step = layout.sums == StoredSums::kHalf ? layout.elems : 16;
    for (uint32_t first = 0; first < layout.elems; first += step) {
      int32_t sum = 0;
      for (uint32_t i = first; i < first + step; ++i) {
        sum += code_of(layout, raw_code(layout, block, i));
      }
      const uint8_t* at = block + layout.sums_off + 2 * first / 16;
      if (layout.sums == StoredSums::kInt16Per16) {
        EXPECT_EQ(static_cast<int16_t>(load_u16(at)), sum);
      } else {
        const float expected = block_d(layout, block) * static_cast<float>(sum);
        EXPECT_NEAR(load_half(at), expected, std::fabs(expected) * 2e-3f + 1e-7f);
      }
    }
  }
}

std::vector<Format> decodable() {
  std::vector<Format> all;
  for (const FormatRow& row : kFormatTable) {
    if (is_decodable(row.format)) all.push_back(row.format);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat, ::testing::ValuesIn(decodable()),
                         [](const auto& test) { return std::string(row_of(test.param).name); });

TEST(RandomBlocks, FloatsLieAroundTheirCenter) {
  const RandomBlocks blocks(Format::kF32, 0.1, 1.0, 11);
  double sum = 0;
  for (const float v : decoded(Format::kF32, whole(blocks, Format::kF32, 4096), 4096)) {
    EXPECT_NEAR(v, 1.0f, 0.1735f);  // sqrt(3) * 0.1
    sum += static_cast<double>(v);
  }
  EXPECT_NEAR(sum / 4096, 1.0, 0.01);
}

}  // namespace
}  // namespace realm::synthetic
