// Block formats beside ggml: quants/NAME.blocks.bin are random blocks, NAME.floats.bin what ggml
// decodes them to; NAME.src.bin are 8 rows of 1024 floats, NAME.quant.bin what ggml's reference
// quantizer makes of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/str.hpp"
#include "formats/decode.hpp"
#include "formats/encode.hpp"

namespace realm {
namespace {

constexpr size_t kRows = 8;
constexpr size_t kCols = 1024;

std::string golden_path(const std::string& format, const char* kind) {
  return str(REALM_SOURCE_DIR, "/tests/golden/quants/", format, ".", kind, ".bin");
}

std::vector<std::byte> read_golden(const std::string& format, const char* kind) {
  const std::string path = golden_path(format, kind);
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  EXPECT_FALSE(bytes.empty()) << path;
  std::vector<std::byte> out(bytes.size());
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return out;
}

std::vector<float> as_floats(const std::vector<std::byte>& bytes) {
  std::vector<float> out(bytes.size() / sizeof(float));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
  return out;
}

double squared_error(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::pow(double{a[i]} - double{b[i]}, 2);
  return sum;
}

class Quants : public testing::TestWithParam<const char*> {
 protected:
  Format format() const { return find_format(std::string_view(GetParam()))->format; }
};

TEST_P(Quants, DecodesBitForBit) {
  const auto blocks = read_golden(GetParam(), "blocks");
  const auto want = as_floats(read_golden(GetParam(), "floats"));
  ASSERT_GE(want.size(), 8192u);
  std::vector<float> got(want.size(), NAN);
  const auto ok = decode_row(format(), blocks, got);
  ASSERT_TRUE(ok) << ok.error().message;
  for (size_t i = 0; i < want.size(); ++i) {
    uint32_t got_bits = 0, want_bits = 0;
    std::memcpy(&got_bits, &got[i], 4);
    std::memcpy(&want_bits, &want[i], 4);
    ASSERT_EQ(got_bits, want_bits) << "element " << i << ": " << got[i] << ", ggml " << want[i];
  }
}

TEST_P(Quants, EncodingLosesNoMoreOfAnyRow) {
  const auto source = as_floats(read_golden(GetParam(), "src"));
  const auto quant = read_golden(GetParam(), "quant");
  const size_t row_size = *row_bytes(format(), kCols);
  ASSERT_EQ(source.size(), kRows * kCols);
  ASSERT_EQ(quant.size(), kRows * row_size);
  for (size_t r = 0; r < kRows; ++r) {
    const auto row = std::span(source).subspan(r * kCols, kCols);
    std::vector<std::byte> bytes(row_size);
    std::vector<float> ours(kCols), theirs(kCols);
    ASSERT_TRUE(encode_row(format(), row, bytes));
    ASSERT_TRUE(decode_row(format(), bytes, ours));
    ASSERT_TRUE(decode_row(format(), std::span(quant).subspan(r * row_size, row_size), theirs));
    const double lost = squared_error(ours, row), golden = squared_error(theirs, row);
    EXPECT_LE(lost, golden) << "row " << r;
    EXPECT_GT(lost, 0.1 * golden) << "row " << r << ": too good to be these bytes";
  }
}

// Every block format that has golden files, by name.
std::vector<const char*> formats_with_golden() {
  std::vector<const char*> names;
  for (const FormatRow& row : kFormatTable) {
    if (std::ifstream(golden_path(row.name, "blocks"))) names.push_back(row.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Formats, Quants, testing::ValuesIn(formats_with_golden()),
                         [](const auto& param) { return std::string(param.param); });

TEST(QuantsFiles, AreThereForTheCommonFormats) {
  const auto names = formats_with_golden();
  for (const char* name : {"Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K",
                           "Q6_K", "IQ4_NL", "IQ4_XS", "MXFP4"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), std::string_view(name)), 1) << name;
  }
}

}  // namespace
}  // namespace realm
