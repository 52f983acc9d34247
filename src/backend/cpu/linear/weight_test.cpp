// Packing: nothing is lost, nothing is written outside, little is added.
#include "backend/cpu/linear/linear_test_tools.hpp"
#include "base/str.hpp"

namespace realm::cpu {
namespace {

using WeightTest = LinearTest;
INSTANTIATE_TEST_SUITE_P(Isa, WeightTest, testing::Range(size_t{0}, variants().size()),
                         variant_name);

// One block and several.
std::vector<int64_t> columns_of(Format format) {
  if (!is_block_format(format)) return {1, 7, 64, 257};
  if (info(format).block_elems == 32) return {32, 64, 224, 256, 288, 576};
  return {256, 512, 768};
}

TEST_P(WeightTest, RowsComeBackBitForBit) {
  ThreadPool pool(3);
  uint64_t seed = kSeed;
  for (const Format format : weight_formats()) {
    for (const int64_t cols : columns_of(format)) {
      for (const int64_t rows : {1, 3, 4, 5, 8, 9, 16, 17, 31, 100}) {
        SCOPED_TRACE(str(info(format).name, " [", rows, ", ", cols, "]"));
        // Any bits in the scales: NaN, infinities, negative zero.
        const PackedWeight weight(*kernels_, pool, format, rows, cols, ++seed, false);
        std::vector<std::byte> back(weight.rows().size() + 1, std::byte{0x5a});
        unpack_rows(*kernels_, weight.view(), 0, rows, back.data());
        EXPECT_EQ(back.back(), std::byte{0x5a});
        back.pop_back();
        ASSERT_EQ(back, weight.rows());
        EXPECT_TRUE(weight.guards_untouched());
      }
    }
  }
}

TEST_P(WeightTest, SingleRows) {
  ThreadPool pool(1);
  const PackedWeight weight(*kernels_, pool, Format::kQ6_K, 37, 512, kSeed);
  const size_t row = weight.rows().size() / 37;
  std::vector<std::byte> back(row);
  for (int64_t r = 0; r < 37; ++r) {
    unpack_rows(*kernels_, weight.view(), r, 1, back.data());
    EXPECT_EQ(std::memcmp(back.data(), weight.row(r), row), 0) << r;
  }
}

TEST_P(WeightTest, SizeIsAtMostFivePercentMore) {
  for (const Format format : weight_formats()) {
    const int64_t cols = is_block_format(format) ? 4096 : 4099;
    const auto packed = packed_bytes(*kernels_, format, 1024, cols);
    ASSERT_TRUE(packed.has_value());
    const double file =
        1024.0 * static_cast<double>(*row_bytes(format, static_cast<uint64_t>(cols)));
    EXPECT_GE(static_cast<double>(*packed), file) << info(format).name;
    EXPECT_LE(static_cast<double>(*packed), 1.05 * file) << info(format).name;
  }
}

TEST_P(WeightTest, RefusesWhatIsNoWeight) {
  EXPECT_EQ(packed_bytes(*kernels_, Format::kI32, 4, 4).error().code, Code::kUnsupported);
  EXPECT_EQ(packed_bytes(*kernels_, Format::kQ4_0, 4, 33).error().code, Code::kInvalidArgument);
  EXPECT_EQ(packed_bytes(*kernels_, Format::kQ4_K, 4, 32).error().code, Code::kInvalidArgument);
  EXPECT_EQ(packed_bytes(*kernels_, Format::kF32, 0, 4).error().code, Code::kInvalidArgument);
  EXPECT_EQ(packed_bytes(*kernels_, Format::kF32, 4, int64_t{1} << 61).error().code,
            Code::kInvalidArgument);
  EXPECT_EQ(packed_bytes(*kernels_, Format::kF32, int64_t{1} << 40, int64_t{1} << 40).error().code,
            Code::kInvalidArgument);
}

TEST_P(WeightTest, AReadersErrorIsTheResult) {
  ThreadPool pool(2);
  const WeightSpec spec{.name = "blk.0.w", .format = Format::kQ8_0, .rows = 4096, .cols = 2048};
  std::vector<std::byte> packed(*packed_bytes(*kernels_, spec.format, spec.rows, spec.cols));
  const RowReader read = [](int64_t first, int64_t, std::span<std::byte> out) -> Result<void> {
    if (first > 2000) return Error{Code::kCorruptFile, "blk.0.w: short read"};
    std::memset(out.data(), 0, out.size());
    return {};
  };
  const auto result = pack_weight(*kernels_, pool, spec, read, packed.data());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "blk.0.w: short read");
}

// Strips that are packed for one product are those of the whole weight.
TEST_P(WeightTest, StripsOfPlainRows) {
  ThreadPool pool(2);
  for (const Format format : weight_formats()) {
    const int64_t cols = columns_of(format).back();
    for (const int64_t rows : {1, 31, 32, 100}) {
      SCOPED_TRACE(str(info(format).name, " ", rows, " rows"));
      const PackedWeight weight(*kernels_, pool, format, rows, cols, kSeed, false);
      std::vector<std::byte> bytes = weight.rows();
      const BytesBuffer buffer(bytes);
      TensorView plain = weight.view();
      plain.buffer = const_cast<BytesBuffer*>(&buffer);
      plain.offset_bytes = 0;
      plain.row_stride_bytes = bytes.size() / static_cast<size_t>(rows);
      plain.packing = Packing::kRows;
      const auto* whole = static_cast<const std::byte*>(weight.view().buffer->address()) +
                          weight.view().offset_bytes;
      const size_t tile = *packed_bytes(*kernels_, format, kernels_->tile_rows, cols);
      for (int64_t first = 0; first < rows; first += 32) {
        const int64_t count = std::min<int64_t>(32, rows - first);
        const size_t size = *packed_bytes(*kernels_, format, count, cols);
        std::vector<std::byte> strip(size + 1, std::byte{0x5a});
        pack_strip(*kernels_, plain, first, count, strip.data());
        const size_t at = static_cast<size_t>(first / kernels_->tile_rows) * tile;
        EXPECT_EQ(std::memcmp(strip.data(), whole + at, size), 0) << first;
        EXPECT_EQ(strip.back(), std::byte{0x5a});
      }
    }
  }
}

}  // namespace
}  // namespace realm::cpu
