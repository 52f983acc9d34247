// Attention of the cpu device beyond conformance's sizes: the bits of a query do not depend on page
// sizes, on how the batch was cut, on threads, or on what lies behind its last position.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "backend/cpu/device.hpp"
#include "backend/cpu/isa.hpp"
#include "ops/attention/cache_format.hpp"

namespace realm {
namespace {

struct Shape3 {
  int32_t kv_heads;
  int32_t group;
  int32_t head_dim;
};

// One sequence on one device: keys and values written in one go, then queries.
class Bench {
 public:
  Bench(const std::string& isa, int threads, const Shape3& shape, int32_t page, int32_t tokens,
        Format format = Format::kF16, bool precise = false)
      : shape_(shape), tokens_(tokens) {
    device_ = std::move(make_cpu_device({.threads = threads, .cpu_isa = isa, .precise = precise}))
                  .value();
    stream_ = std::move(device_->stream()).value();
    const int32_t pages = (tokens + page - 1) / page + 1;
    cache_ = {.k = allocate(format, Shape{pages, int64_t{kv_width()} * page}),
              .v = allocate(format, Shape{pages, int64_t{kv_width()} * page}),
              .kv_heads = shape.kv_heads,
              .head_dim = shape.head_dim,
              .block_tokens = page};
    // Pages in reverse order, full of NaN.
    for (const TensorView& half : {cache_.k, cache_.v}) {
      std::memset(half.row<void>(0), 0xff, span_bytes(half));
    }
    table_ = allocate(Format::kI32, Shape{1, pages});
    for (int32_t p = 0; p < pages; ++p) table_.row<int32_t>(0)[p] = pages - 1 - p;
    const TensorView k = random(tokens, kv_width(), 1);
    const TensorView v = random(tokens, kv_width(), 2);
    stream_->run(KvWrite{.k = k, .v = v, .batch = batch(0, tokens), .cache = cache_});
  }

  // Queries of positions [first, first + n), in steps of `step` rows.
  std::vector<float> attend(int32_t first, int32_t n, int32_t step, int32_t window) {
    const TensorView q = random(tokens_, kv_width() * shape_.group, 3);
    const TensorView out = random(tokens_, kv_width() * shape_.group, 4);
    for (int32_t at = first; at < first + n; at += step) {
      const int32_t rows = std::min(step, first + n - at);
      stream_->run(Attention{.q = q.slice_rows(at, rows),
                             .batch = batch(at, rows),
                             .cache = cache_,
                             .out = out.slice_rows(at, rows),
                             .scale = 0.25f,
                             .window = window});
    }
    EXPECT_TRUE(stream_->sync());
    const auto* begin = out.row<const float>(first);
    return {begin, begin + int64_t{n} * out.cols()};
  }

  // By the formula, in double, of one position.
  std::vector<double> defined(int32_t position, int32_t window) {
    const TensorView q = random(tokens_, kv_width() * shape_.group, 3);
    const TensorView k = random(tokens_, kv_width(), 1);
    const TensorView v = random(tokens_, kv_width(), 2);
    std::vector<double> out;
    const int32_t d = shape_.head_dim;
    for (int32_t h = 0; h < shape_.kv_heads * shape_.group; ++h) {
      std::vector<double> mix(static_cast<size_t>(d));
      double sum = 0;
      for (int32_t t = window == 0 ? 0 : std::max(0, position - window + 1); t <= position; ++t) {
        double dot = 0;
        for (int32_t i = 0; i < d; ++i) {
          dot += static_cast<double>(q.row<float>(position)[h * d + i]) *
                 k.row<float>(t)[h / shape_.group * d + i];
        }
        const double p = std::exp(dot / 4);
        sum += p;
        for (int32_t i = 0; i < d; ++i) {
          mix[static_cast<size_t>(i)] += p * v.row<float>(t)[h / shape_.group * d + i];
        }
      }
      for (const double m : mix) out.push_back(m / sum);
    }
    return out;
  }

 private:
  int32_t kv_width() const { return shape_.kv_heads * shape_.head_dim; }

  TensorView allocate(Format format, const Shape& shape) {
    const size_t row = *row_bytes(format, static_cast<uint64_t>(shape.cols()));
    buffers_.push_back(std::move(device_->allocate(row * static_cast<size_t>(shape.rows()),
                                                   BufferUse::kActivations))
                           .value());
    return view_rows(buffers_.back().get(), format, shape);
  }
  TensorView random(int32_t rows, int32_t cols, unsigned seed) {
    const TensorView view = allocate(Format::kF32, Shape{rows, cols});
    std::minstd_rand engine(seed);
    for (int64_t i = 0; i < view.shape.elems(); ++i) {
      view.row<float>(0)[i] = static_cast<float>(engine()) * 0x1p-29f - 2;  // in [-2, 2)
    }
    return view;
  }
  BatchView batch(int32_t first, int32_t n) {
    BatchView out{.positions = allocate(Format::kI32, Shape{n}),
                  .sequences = allocate(Format::kI32, Shape{n}),
                  .block_tables = table_};
    for (int32_t i = 0; i < n; ++i) {
      out.positions.row<int32_t>(0)[i] = first + i;
      out.sequences.row<int32_t>(0)[i] = 0;
    }
    return out;
  }

  Shape3 shape_;
  int32_t tokens_;
  std::unique_ptr<Device> device_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::unique_ptr<Stream> stream_;
  KvLayer cache_;
  TensorView table_;
};

class CpuAttention : public ::testing::TestWithParam<cpu::Variant> {
 protected:
  void SetUp() override {
    if (!GetParam().present) {
      GTEST_SKIP() << GetParam().name << ": this machine lacks " << GetParam().missing;
    }
  }
  std::string isa() const { return std::string(GetParam().name); }
};

void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b,
                      const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(a[i]), std::bit_cast<uint32_t>(b[i])) << what << " at " << i;
  }
}

bool fits(Format format, const Shape3& shape) {
  return cache_format_misfit(format, shape.head_dim).empty();
}

// Heads that fill no vector, more heads in a group than a tile has rows, the common ones.
constexpr Shape3 kShapes[] = {{2, 3, 64}, {1, 1, 20}, {1, 130, 8}, {3, 2, 128}};

TEST_P(CpuAttention, BitsDoNotDependOnPagesCutsOrThreads) {
  constexpr Format kFormats[] = {Format::kF16, Format::kQ8_0, Format::kQ4_0, Format::kBF16,
                                 Format::kF32};
  size_t index = 0;
  for (const Shape3& shape : kShapes) {
    for (const int32_t window : {0, 100}) {
      constexpr int32_t kTokens = 600;  // three chunks
      Format format = kFormats[index++ % std::size(kFormats)];
      if (!fits(format, shape)) format = Format::kF16;
      Bench usual(isa(), 1, shape, 64, kTokens, format);
      const auto wanted = usual.attend(500, 20, 20, window);
      for (const int32_t page : {16, 10, 1}) {  // 10 and 1 hold no whole group of keys
        if (window > 0 && page == 16) continue;
        Bench other(isa(), 3, shape, page, kTokens, format);
        const std::string what = std::string(info(format).name) + ", pages of " +
                                 std::to_string(page) + ", heads of " +
                                 std::to_string(shape.head_dim);
        expect_same_bits(other.attend(500, 20, 20, window), wanted, what);
        expect_same_bits(other.attend(500, 20, 1, window), wanted, what + ", row by row");
        expect_same_bits(other.attend(500, 20, 7, window), wanted, what + ", in sevens");
      }
    }
  }
}

TEST_P(CpuAttention, AgreesWithTheFormulaAcrossChunks) {
  for (const Shape3& shape : kShapes) {
    for (const int32_t window : {0, 300}) {
      Bench bench(isa(), 2, shape, 32, 600);
      const auto found = bench.attend(599, 1, 1, window);
      const auto wanted = bench.defined(599, window);
      ASSERT_EQ(found.size(), wanted.size());
      // Precise devices attend in float, whatever the cache's format.
      Bench precise(isa(), 2, shape, 32, 600, Format::kF16, true);
      const auto close = precise.attend(599, 1, 1, window);
      for (size_t i = 0; i < close.size(); ++i) EXPECT_NEAR(close[i], wanted[i], 0.02) << i;
      // Rounded to binary16 or bfloat16: 2^-9 of values of up to 2, and of scores whose products
      // add up to some 40. Conformance has the exact bounds.
      for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 0.05) << i;
    }
  }
}

// Far behind, where a window's first chunk is a late one.
TEST_P(CpuAttention, AgreesWithTheFormulaAtLongRange) {
  constexpr int32_t kTokens = 16900;
  const Shape3 shape{1, 2, 32};
  for (const Format format : {Format::kF16, Format::kQ8_0}) {
    Bench bench(isa(), 2, shape, 64, kTokens, format);
    for (const int32_t window : {0, 1, 257, 5000}) {
      const int32_t first = 16640 - 3;  // three rows before a chunk's edge, three behind
      const auto found = bench.attend(first, 6, 6, window);
      for (int32_t i = 0; i < 6; ++i) {
        const auto wanted = bench.defined(first + i, window);
        for (size_t c = 0; c < wanted.size(); ++c) {
          ASSERT_NEAR(found[static_cast<size_t>(i) * wanted.size() + c], wanted[c], 0.08)
              << info(format).name << ", window " << window << ", row " << i;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Isa, CpuAttention, ::testing::ValuesIn(cpu::variants()),
                         [](const auto& variant) { return std::string(variant.param.name); });

}  // namespace
}  // namespace realm
