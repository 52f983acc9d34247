// What holds for every input; how good encoding is beside ggml's is tests/golden/quants.
#include "formats/encode.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "base/half.hpp"
#include "formats/decode.hpp"
#include "formats/fit/batch.hpp"
#include "formats/layout.hpp"

namespace realm {
namespace {

constexpr uint64_t kSeed = 20261124;

std::vector<Format> decodable(bool blocks_only) {
  std::vector<Format> formats;
  for (const FormatRow& row : kFormatTable) {
    if (row.kind == FormatKind::kBlock || (row.kind == FormatKind::kFloat && !blocks_only))
      formats.push_back(row.format);
  }
  return formats;
}

std::vector<std::byte> encode(Format format, const std::vector<float>& values) {
  std::vector<std::byte> bytes(*row_bytes(format, values.size()), std::byte{0xa5});
  const auto ok = encode_row(format, values, bytes);
  EXPECT_TRUE(ok.has_value()) << info(format).name;
  return bytes;
}

std::vector<float> round_trip(Format format, const std::vector<float>& values) {
  std::vector<float> out(values.size(), NAN);
  const auto bytes = encode(format, values);
  EXPECT_TRUE(decode_row(format, bytes, out).has_value());
  return out;
}

TEST(Encode, ZerosStayZeros) {
  for (const Format format : decodable(false)) {
    for (const float value : round_trip(format, std::vector<float>(512, 0.0f))) {
      EXPECT_EQ(value, 0.0f) << info(format).name;
    }
  }
}

TEST(Encode, EveryF16AndBF16ValueSurvives) {
  for (const Format format : {Format::kF16, Format::kBF16}) {
    std::vector<std::byte> bytes(2 * 65536);
    for (uint32_t i = 0; i < 65536; ++i) {
      const auto bits = static_cast<uint16_t>(i);
      std::memcpy(&bytes[2 * i], &bits, 2);
    }
    std::vector<float> values(65536);
    ASSERT_TRUE(decode_row(format, bytes, values));
    const auto back = encode(format, values);
    for (uint32_t i = 0; i < 65536; ++i) {
      if (std::isnan(values[i])) continue;  // stays NaN: base/half_test
      EXPECT_EQ(std::memcmp(&back[2 * i], &bytes[2 * i], 2), 0) << i;
    }
  }
}

// Every upper half of a float with lower halves at and beside the ties of rounding.
TEST(Encode, F16RoundsAsDefined) {
  std::vector<float> values;
  for (uint32_t high = 0; high < 65536; ++high) {
    for (const uint32_t low : {0u, 1u, 0xfffu, 0x1000u, 0x1001u, 0x3000u, 0x8000u, 0xffffu}) {
      values.push_back(std::bit_cast<float>(high << 16 | low));
    }
  }
  const auto bytes = encode(Format::kF16, values);
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t found = 0;
    std::memcpy(&found, &bytes[2 * i], 2);
    ASSERT_EQ(found, float_to_half(values[i])) << std::bit_cast<uint32_t>(values[i]);
  }
}

// No element is off by more than the group's largest magnitude allows: half a step of an end-to-end
// scale, which is range / levels, and as much again for a search that trades one element for others
// and for the rounding of the scales.
TEST(Encode, EveryElementIsNear) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 rng(kSeed);
  std::normal_distribution<float> normal;
  for (const Format format : decodable(true)) {
    const Layout layout = layout_of(format);
    const float levels = static_cast<float>((1u << code_bits(layout)) - 1);
    for (int round = 0; round < 100; ++round) {
      const float size = std::exp2(static_cast<float>(round % 20 - 10));
      std::vector<float> values(256);
      for (float& v : values) v = normal(rng) * size;
      const auto back = round_trip(format, values);
      float largest = 0;
      for (const float v : values) largest = std::max(largest, std::fabs(v));
      for (size_t i = 0; i < values.size(); ++i) {
        ASSERT_LE(std::fabs(back[i] - values[i]), 2 * (2 * largest / levels))
            << info(format).name << " round " << round << " element " << i;
      }
    }
  }
}

// Rows that a search must not trip over: spikes, constants, one sign, tiny and huge.
TEST(Encode, HardRowsStayFiniteAndNoWorseThanNothing) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 rng(kSeed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<std::vector<float>> rows;
  for (const float size : {1e-38f, 1e-31f, 1e-8f, 6e-5f, 1.0f, 65504.0f}) {
    std::vector<float> row(256), positive(256), spike(256);
    for (size_t i = 0; i < 256; ++i) {
      row[i] = size * uniform(rng);
      positive[i] = size * std::fabs(row[i]) / size;
      spike[i] = i == 37 ? size : 0.0f;
    }
    rows.insert(rows.end(), {row, positive, spike, std::vector<float>(256, size),
                             std::vector<float>(256, -size)});
  }
  for (const Format format : decodable(true)) {
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto back = round_trip(format, rows[r]);
      double lost = 0, energy = 0;
      for (size_t i = 0; i < 256; ++i) {
        ASSERT_TRUE(std::isfinite(back[i])) << info(format).name << " row " << r;
        lost += std::pow(double{back[i]} - double{rows[r][i]}, 2);
        energy += std::pow(double{rows[r][i]}, 2);
      }
      EXPECT_LE(lost, energy * (1 + 1e-6)) << info(format).name << " row " << r;
    }
  }
}

// A batch whose groups are of every kind: random, spikes, constants, zeros, tiny, huge, one sign.
std::vector<float> mixed_batch(std::mt19937_64& rng, uint32_t group) {
  std::normal_distribution<float> normal;
  std::vector<float> values;
  for (uint32_t lane = 0; lane < fit::kLanes; ++lane) {
    const auto kind = rng() % 10;
    const float size = kind == 1 ? 1e-36f : kind == 2 ? 65504.0f : std::exp2(normal(rng));
    for (uint32_t i = 0; i < group; ++i) {
      float v = std::clamp(normal(rng), -1.0f, 1.0f) * size;
      if (kind == 3) v = i == 5 ? -size : 0.0f;
      if (kind == 4) v = size;
      if (kind == 5) v = i % 2 == 0 ? 0.0f : -0.0f;
      if (kind == 6) v = std::fabs(v);
      if (kind == 7) v = std::round(v * 4) / 4;  // many ties
      values.push_back(v);
    }
  }
  return values;
}

TEST(Encode, EveryInstructionSetFindsTheSameBits) {
  const auto& sets = fit::fit_kernels();
  if (sets.count < 2) GTEST_SKIP() << "this machine runs one set of kernels only";
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 rng(kSeed);
  const auto first = std::make_unique<fit::Fitted>(), other = std::make_unique<fit::Fitted>();
  for (const Format format : decodable(true)) {
    for (int round = 0; round < 40; ++round) {
      const auto values = mixed_batch(rng, layout_of(format).group);
      std::memset(static_cast<void*>(first.get()), 0, sizeof *first);
      sets.at[0]->fit[static_cast<uint32_t>(format)](values.data(), *first);
      for (uint32_t i = 1; i < sets.count; ++i) {
        std::memset(static_cast<void*>(other.get()), 0, sizeof *other);
        sets.at[i]->fit[static_cast<uint32_t>(format)](values.data(), *other);
        ASSERT_EQ(std::memcmp(first.get(), other.get(), sizeof *first), 0)
            << info(format).name << " round " << round << ": " << sets.at[0]->isa << " and "
            << sets.at[i]->isa;
      }
    }
  }
}

// Rows end inside a batch of 16 groups; what stands behind them must not show.
TEST(Encode, ABlocksBytesDependOnItsElementsAlone) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 rng(kSeed);
  for (const Format format : decodable(true)) {
    const Layout layout = layout_of(format);
    auto values = mixed_batch(rng, layout.group);
    const auto more = mixed_batch(rng, layout.group);
    values.insert(values.end(), more.begin(), more.end());
    const auto whole = encode(format, values);
    for (size_t block = 0; block < values.size() / layout.elems; ++block) {
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(block * layout.elems);
      const auto alone = encode(format, std::vector<float>(at, at + layout.elems));
      ASSERT_EQ(std::memcmp(alone.data(), whole.data() + block * layout.bytes, layout.bytes), 0)
          << info(format).name << " block " << block;
    }
  }
}

TEST(Encode, Q8_1ByHand) {
  std::vector<float> values(32);
  int sum = 0;
  for (int i = 0; i < 32; ++i) {
    const int code = i == 5 ? -127 : i - 3;
    values[static_cast<size_t>(i)] = 0.5f * static_cast<float>(code);
    sum += code;
  }
  const auto bytes = encode(Format::kQ8_1, values);
  ASSERT_EQ(bytes.size(), 36u);
  const auto* block = reinterpret_cast<const uint8_t*>(bytes.data());
  EXPECT_EQ(load_half(block), 0.5f);
  EXPECT_EQ(load_half(block + 2), 0.5f * static_cast<float>(sum));
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(static_cast<int8_t>(block[4 + i]), i == 5 ? -127 : i - 3);
  }
}

TEST(Encode, Q8_KByHand) {
  std::vector<float> values(256);
  for (int i = 0; i < 256; ++i) {
    values[static_cast<size_t>(i)] = 0.25f * static_cast<float>(i == 200 ? 127 : i % 100 - 50);
  }
  const auto bytes = encode(Format::kQ8_K, values);
  ASSERT_EQ(bytes.size(), 292u);
  const auto* block = reinterpret_cast<const uint8_t*>(bytes.data());
  float d = 0;
  std::memcpy(&d, block, 4);
  EXPECT_EQ(d, 0.25f);
  for (int g = 0; g < 16; ++g) {
    int sum = 0;
    for (int i = 16 * g; i < 16 * g + 16; ++i) {
      EXPECT_EQ(static_cast<int8_t>(block[4 + i]), i == 200 ? 127 : i % 100 - 50) << i;
      sum += i == 200 ? 127 : i % 100 - 50;
    }
    EXPECT_EQ(static_cast<int16_t>(load_u16(block + 260 + 2 * g)), sum) << g;
  }
}

TEST(Encode, RefusesWhatItCannotHold) {
  std::vector<float> values(256, 1.0f);
  for (const Format format : decodable(true)) {
    std::vector<std::byte> bytes(*row_bytes(format, 256));
    for (const float bad : {NAN, INFINITY, -INFINITY, 65505.0f}) {
      values[77] = bad;
      const auto refused = encode_row(format, values, bytes);
      ASSERT_FALSE(refused) << info(format).name;
      EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
      EXPECT_NE(refused.error().message.find("element 77"), std::string::npos);
    }
    values[77] = 1.0f;
    EXPECT_FALSE(encode_row(format, values, std::span(bytes).first(bytes.size() - 1)));
  }
  std::vector<std::byte> bytes(1024);
  const auto refused = encode_row(Format::kI32, values, bytes);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnsupported);
}

}  // namespace
}  // namespace realm
