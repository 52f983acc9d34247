#include "formats/layout.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "base/half.hpp"
#include "formats/pack.hpp"
#include "formats/table.hpp"

namespace realm {
namespace {

constexpr uint64_t kSeed = 20261124;

// Exactly the block's bytes, so that a read past them is seen by the address sanitizer.
std::unique_ptr<uint8_t[]> random_block(std::mt19937_64& rng, uint32_t bytes) {
  std::unique_ptr<uint8_t[]> block(new uint8_t[bytes]);
  for (uint32_t i = 0; i < bytes; ++i) block[i] = static_cast<uint8_t>(rng());
  return block;
}

std::vector<FormatRow> block_formats() {
  std::vector<FormatRow> rows;
  for (const FormatRow& row : kFormatTable) {
    if (row.kind == FormatKind::kBlock) rows.push_back(row);
  }
  return rows;
}

TEST(Layout, LoadHalfEqualsTheDefinitionForEveryValue) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const uint8_t bytes[] = {static_cast<uint8_t>(bits), static_cast<uint8_t>(bits >> 8)};
    const float want = half_to_float(static_cast<uint16_t>(bits));
    const float got = load_half(bytes);
    ASSERT_EQ(std::bit_cast<uint32_t>(got), std::bit_cast<uint32_t>(want)) << bits;
  }
}

TEST(Layout, Codes4EqualsThePerElementRuleOnRandomBytes) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 rng(kSeed);
  ASSERT_GE(block_formats().size(), 12u);
  for (const FormatRow& row : block_formats()) {
    for (int round = 0; round < 300; ++round) {
      const auto block = random_block(rng, row.layout.bytes);
      for (uint32_t i = 0; i < row.layout.elems; ++i) {
        const uint32_t lanes = codes4(row.layout, block.get(), i / 4 * 4);
        ASSERT_EQ(lanes >> (8 * (i % 4)) & 255u, raw_code(row.layout, block.get(), i))
            << row.name << " element " << i;
      }
    }
  }
}

// Every bit of every code lies somewhere, and no two at the same place.
TEST(Layout, CodesCoverTheirPlanesOnce) {
  for (const FormatRow& row : block_formats()) {
    std::vector<int> seen(row.layout.bytes * 8u);
    for (size_t bit = 0; bit < seen.size(); ++bit) {
      std::vector<uint8_t> block(row.layout.bytes);
      block[bit / 8] = static_cast<uint8_t>(1u << bit % 8);
      for (uint32_t i = 0; i < row.layout.elems; ++i) {
        if (raw_code(row.layout, block.data(), i) != 0) ++seen[bit];
      }
    }
    uint32_t total = 0;
    for (const int times : seen) {
      EXPECT_LE(times, 1) << row.name;
      total += static_cast<uint32_t>(times);
    }
    EXPECT_EQ(total, row.layout.elems * code_bits(row.layout)) << row.name;
  }
}

TEST(Layout, CodesAndScalesComeBackFromWhereTheyWerePut) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 rng(kSeed);
  for (const FormatRow& row : block_formats()) {
    const Layout& layout = row.layout;
    for (int round = 0; round < 50; ++round) {
      const auto source = random_block(rng, layout.bytes);
      std::vector<uint8_t> copy(layout.bytes);
      for (uint32_t i = 0; i < layout.elems; i += 4) {
        put_codes4(layout, copy.data(), i, codes4(layout, source.get(), i));
      }
      const uint32_t groups = uint32_t{layout.elems} / layout.group;
      for (uint32_t g = 0; g < groups; ++g) {
        put_sub_scale(layout, copy.data(), g, sub_scale(layout, source.get(), g));
      }
      for (uint32_t i = 0; i < layout.elems; ++i) {
        ASSERT_EQ(raw_code(layout, copy.data(), i), raw_code(layout, source.get(), i))
            << row.name << " element " << i;
      }
      for (uint32_t g = 0; g < groups; ++g) {
        const SubScale want = sub_scale(layout, source.get(), g);
        const SubScale got = sub_scale(layout, copy.data(), g);
        ASSERT_EQ(got.scale, want.scale) << row.name << " group " << g;
        ASSERT_EQ(got.min, want.min) << row.name << " group " << g;
      }
    }
  }
}

// The six-bit pairs of Q4_K and Q5_K were once read with the wrong bytes for every group from 4 on,
// unseen because the test's scales were all alike. Two answers by hand, and random bytes against
// the specification's bit positions.
TEST(Layout, K4ScalesOfTheUpperGroupsAreReadFromTheirOwnBytes) {
  //                     scale 0-3 with top bits of scale 4-7 | min 0-3, tops | low nibbles
  const uint8_t bytes[12] = {0xc1, 0x42, 0x83, 0x04, 0x45, 0x86,
                             0xc7, 0x08, 0xa9, 0xba, 0xcb, 0xdc};
  const SubScale want[8] = {{1, 5},       {2, 6},       {3, 7},       {4, 8},
                            {0x39, 0x1a}, {0x1a, 0x2b}, {0x2b, 0x3c}, {0x0c, 0x0d}};
  for (uint32_t g = 0; g < 8; ++g) {
    EXPECT_EQ(k4_pair(bytes, g).scale, want[g].scale) << g;
    EXPECT_EQ(k4_pair(bytes, g).min, want[g].min) << g;
  }

  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 rng(kSeed);
  for (int round = 0; round < 1000; ++round) {
    const auto s = random_block(rng, 12);
    const auto bits = [&](uint32_t byte, uint32_t first, uint32_t count) {
      return (s[byte] >> first) & ((1 << count) - 1);
    };
    for (uint32_t g = 0; g < 4; ++g) {
      ASSERT_EQ(k4_pair(s.get(), g).scale, bits(g, 0, 6));
      ASSERT_EQ(k4_pair(s.get(), g).min, bits(4 + g, 0, 6));
      ASSERT_EQ(k4_pair(s.get(), 4 + g).scale, bits(8 + g, 0, 4) + 16 * bits(g, 6, 2));
      ASSERT_EQ(k4_pair(s.get(), 4 + g).min, bits(8 + g, 4, 4) + 16 * bits(4 + g, 6, 2));
    }
  }
}

}  // namespace
}  // namespace realm
