// Decoding by hand and by definition; equality with ggml's bytes is tests/golden/quants.
#include "formats/decode.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/half.hpp"

namespace realm {
namespace {

std::vector<float> decode(Format format, const std::vector<uint8_t>& bytes, size_t elems) {
  std::vector<float> out(elems, NAN);
  const auto ok = decode_row(format, std::as_bytes(std::span(bytes)), out);
  EXPECT_TRUE(ok.has_value());
  return out;
}

std::vector<uint8_t> all_16_bit_values() {
  std::vector<uint8_t> bytes;
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    bytes.push_back(static_cast<uint8_t>(bits));
    bytes.push_back(static_cast<uint8_t>(bits >> 8));
  }
  return bytes;
}

void expect_same(float got, double want, uint32_t bits) {
  if (std::isnan(want)) {
    EXPECT_TRUE(std::isnan(got)) << bits;
  } else {
    EXPECT_EQ(got, want) << bits;
    EXPECT_EQ(std::signbit(got), std::signbit(want)) << bits;
  }
}

TEST(Decode, EveryF16ValueByItsDefinition) {
  const auto got = decode(Format::kF16, all_16_bit_values(), 65536);
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const int exponent = bits >> 10 & 31;
    const int mantissa = bits & 1023;
    double want =
        exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
    if (exponent == 31) want = mantissa == 0 ? INFINITY : NAN;
    expect_same(got[bits], bits & 0x8000 ? -want : want, bits);
  }
}

TEST(Decode, EveryBF16ValueByItsDefinition) {
  const auto got = decode(Format::kBF16, all_16_bit_values(), 65536);
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const int exponent = bits >> 7 & 255;
    const int mantissa = bits & 127;
    double want =
        exponent == 0 ? std::ldexp(mantissa, -133) : std::ldexp(128 + mantissa, exponent - 134);
    if (exponent == 255) want = mantissa == 0 ? INFINITY : NAN;
    expect_same(got[bits], bits & 0x8000 ? -want : want, bits);
  }
}

TEST(Decode, F32IsCopiedBitForBit) {
  std::vector<uint8_t> bytes;
  for (int i = 0; i < 64; ++i) bytes.push_back(static_cast<uint8_t>(37 * i + 5));
  const auto got = decode(Format::kF32, bytes, 16);
  EXPECT_EQ(std::memcmp(got.data(), bytes.data(), bytes.size()), 0);
}

// d = 0.5 (binary16 0x3800); the half behind it is no part of the value.
TEST(Decode, Q8_1ByHand) {
  std::vector<uint8_t> bytes = {0x00, 0x38, 0xff, 0x7b};
  std::vector<float> want;
  for (int i = 0; i < 32; ++i) {
    const int code = i == 0 ? -128 : i == 31 ? 127 : 8 * i - 124;
    bytes.push_back(static_cast<uint8_t>(code));
    want.push_back(0.5f * static_cast<float>(code));
  }
  ASSERT_EQ(bytes.size(), 36u);
  EXPECT_EQ(decode(Format::kQ8_1, bytes, 32), want);
}

// Two blocks with d = -0.25 and d = 1.5 * 2^-100, which no binary16 could hold; then 256 codes, and
// sixteen sums that are no part of the value.
TEST(Decode, Q8_KByHand) {
  std::vector<uint8_t> bytes;
  std::vector<float> want;
  const uint8_t scales[2][4] = {{0x00, 0x00, 0x80, 0xbe}, {0x00, 0x00, 0xc0, 0x0d}};
  const float values[2] = {-0.25f, 0x1.8p-100f};
  for (int block = 0; block < 2; ++block) {
    bytes.insert(bytes.end(), scales[block], scales[block] + 4);
    for (int i = 0; i < 256; ++i) {
      const int code = (i * 77 + block) % 256 - 128;
      bytes.push_back(static_cast<uint8_t>(code));
      want.push_back(values[block] * static_cast<float>(code));
    }
    bytes.insert(bytes.end(), 32, 0xaa);
  }
  ASSERT_EQ(bytes.size(), 2u * 292);
  EXPECT_EQ(decode(Format::kQ8_K, bytes, 512), want);
}

TEST(Decode, RefusesWhatIsNoRow) {
  std::vector<std::byte> bytes(18);
  std::vector<float> out(32);
  EXPECT_TRUE(decode_row(Format::kQ4_0, bytes, out));
  for (const size_t wrong : {size_t{0}, size_t{17}, size_t{19}}) {
    bytes.resize(wrong);
    const auto refused = decode_row(Format::kQ4_0, bytes, out);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  }
  bytes.resize(18);
  out.resize(31);
  EXPECT_FALSE(decode_row(Format::kQ4_0, bytes, out));
  EXPECT_TRUE(decode_row(Format::kQ4_0, {}, {}));
  out.resize(4);
  bytes.resize(16);
  const auto refused = decode_row(Format::kI32, bytes, out);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnsupported);
}

}  // namespace
}  // namespace realm
