// Products: right, and the same bits however many rows, threads or products there are.
#include "backend/cpu/linear/product.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include "backend/cpu/linear/linear_test_tools.hpp"
#include "base/str.hpp"
#include "formats/decode.hpp"
#include "ops/activations.hpp"

namespace realm::cpu {
namespace {

using ProductTest = LinearTest;
INSTANTIATE_TEST_SUITE_P(Isa, ProductTest, testing::Range(size_t{0}, variants().size()),
                         variant_name);

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<float> random_floats(Rng& rng, int64_t n) {
  std::vector<float> out(static_cast<size_t>(n));
  for (float& v : out) v = static_cast<float>(rng.gaussian());
  return out;
}

int64_t columns_of(Format format) { return is_block_format(format) ? 768 : 77; }

// The first `m` rows of x times the weight, on `threads` threads.
std::vector<float> product(LinearContext context, const TensorView& weight,
                           const std::vector<float>& x, int64_t first, int64_t m) {
  const int64_t k = weight.cols();
  const int64_t n = weight.rows();
  std::vector<float> out(static_cast<size_t>(m * n), kNan);
  const Product product{.weight = weight, .out = out.data(), .stride = n};
  const auto ok =
      multiply(context, {.x = x.data() + first * k, .stride = k, .m = m, .k = k}, {&product, 1});
  EXPECT_TRUE(ok.has_value());
  return out;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b, size_t at) {
  return std::memcmp(a.data(), b.data() + at, a.size() * sizeof(float)) == 0;
}

TEST_P(ProductTest, BitsDependOnTheirRowsAlone) {
  Rng rng(kSeed);
  ThreadPool one(1);
  ThreadPool three(3);
  for (const Format format : weight_formats()) {
    const int64_t k = columns_of(format);
    const int64_t n = 45;
    const PackedWeight weight(*kernels_, three, format, n, k, rng.next());
    const int64_t most = 2 * kernels_->max_columns + 3;
    const auto x = random_floats(rng, most * k);
    for_each_rounding([&] {
      const auto whole = product(context(one), weight.view(), x, 0, most);
      for (const float v : whole) ASSERT_TRUE(std::isfinite(v)) << info(format).name;
      for (int64_t m = 1; m <= most; ++m) {
        SCOPED_TRACE(str(info(format).name, " m ", m));
        const int64_t first = (most - m) / 2;
        const auto at = static_cast<size_t>(first * n);
        EXPECT_TRUE(same_bits(product(context(one), weight.view(), x, first, m), whole, at));
        if (m % 6 != 1) continue;
        EXPECT_TRUE(same_bits(product(context(three), weight.view(), x, first, m), whole, at));
      }
    });
  }
}

// Many columns meet weights that were unpacked for all of them: the bits of few columns, for every
// number of columns that may be in a group, over pieces of k, and over more than one run.
TEST_P(ProductTest, RunsHaveTheBitsOfSingleRows) {
  Rng rng(kSeed + 4);
  ThreadPool one(1);
  ThreadPool three(3);
  for (const Format format : weight_formats()) {
    const int64_t k = is_block_format(format) ? 1280 : 77;
    const int64_t n = 45;
    const PackedWeight weight(*kernels_, three, format, n, k, rng.next());
    const int64_t most = format == Format::kQ5_K ? kMaxRunColumns + 77 : 61;
    const auto x = random_floats(rng, most * k);
    for_each_rounding([&] {
      const auto whole = product(context(three), weight.view(), x, 0, most);
      for (int64_t first = 0; first < most; first += 13) {
        SCOPED_TRACE(str(info(format).name, " row ", first));
        const auto at = static_cast<size_t>(first * n);
        EXPECT_TRUE(same_bits(product(context(one), weight.view(), x, first, 1), whole, at));
      }
      for (const int64_t m : {24, 25, 26, 33, 34, 41, 50}) {
        SCOPED_TRACE(str(info(format).name, " m ", m));
        const int64_t first = most - m;
        const auto at = static_cast<size_t>(first * n);
        EXPECT_TRUE(same_bits(product(context(one), weight.view(), x, first, m), whole, at));
      }
    });
  }
}

TEST_P(ProductTest, CloseToDoubleSums) {
  Rng rng(kSeed + 1);
  ThreadPool pool(2);
  for (const Format format : weight_formats()) {
    const int64_t k = columns_of(format);
    const int64_t n = 21;
    const int64_t m = 11;
    const PackedWeight weight(*kernels_, pool, format, n, k, rng.next());
    const auto x = random_floats(rng, m * k);
    for_each_rounding([&] {
      const auto found = product(context(pool), weight.view(), x, 0, m);
      std::vector<float> w(static_cast<size_t>(k));
      for (int64_t r = 0; r < n; ++r) {
        const size_t row = weight.rows().size() / static_cast<size_t>(n);
        ASSERT_TRUE(decode_row(format, {weight.row(r), row}, w).has_value());
        for (int64_t c = 0; c < m; ++c) {
          const auto activations = matmul_row({&x[static_cast<size_t>(c * k)], w.size()},
                                              matmul_activations(format, activations_));
          double sum = 0;
          double magnitude = 0;
          for (size_t i = 0; i < w.size(); ++i) {
            sum += activations[i] * static_cast<double>(w[i]);
            magnitude += std::fabs(activations[i] * static_cast<double>(w[i]));
          }
          // Scales times codes and mins may cancel (a factor of 4); roundings as in ops/cases.
          const double bound = 4 * magnitude * 0x1p-24 * 6 * std::sqrt(static_cast<double>(k));
          ASSERT_NEAR(static_cast<double>(found[static_cast<size_t>(c * n + r)]), sum, bound)
              << info(format).name << " row " << r << " column " << c;
        }
      }
    });
  }
}

// Three products of one input, of formats with different planes, one with bias and residual.
// From some number of columns on they go by in runs, where all three formats have those.
void check_shared_input(const std::function<LinearContext()>& context, const LinearKernels& kernels,
                        ThreadPool& pool, Format key_format, int64_t m) {
  Rng rng(20261124 + static_cast<uint64_t>(m));
  const int64_t k = 512;
  const PackedWeight q(kernels, pool, Format::kQ4_K, 70, k, rng.next());
  const PackedWeight key(kernels, pool, key_format, 33, k, rng.next());
  const PackedWeight value(kernels, pool, Format::kQ6_K, 40, k, rng.next());
  const auto x = random_floats(rng, m * k);
  const auto bias = random_floats(rng, 70);
  const auto residual = random_floats(rng, m * 75);
  auto out_q = residual;  // strided, and its own residual
  std::vector<float> out_k(static_cast<size_t>(m * 33));
  std::vector<float> out_v(static_cast<size_t>(m * 40));
  const Product products[] = {
      {.weight = q.view(),
       .bias = bias.data(),
       .residual = out_q.data(),
       .residual_stride = 75,
       .out = out_q.data(),
       .stride = 75},
      {.weight = key.view(), .out = out_k.data(), .stride = 33},
      {.weight = value.view(), .out = out_v.data(), .stride = 40},
  };
  const ProductInput input{.x = x.data(), .stride = k, .m = m, .k = k};
  ASSERT_TRUE(multiply(context(), input, products).has_value());
  const auto alone = product(context(), q.view(), x, 0, m);
  for (size_t c = 0; c < static_cast<size_t>(m); ++c) {
    for (size_t r = 0; r < 75; ++r) {
      const size_t at = c * 75 + r;
      const float want = r < 70 ? residual[at] + (alone[c * 70 + r] + bias[r]) : residual[at];
      ASSERT_EQ(out_q[at], want) << c << " " << r;
    }
  }
  EXPECT_TRUE(same_bits(product(context(), key.view(), x, 0, m), out_k, 0));
  EXPECT_TRUE(same_bits(product(context(), value.view(), x, 0, m), out_v, 0));
}

TEST_P(ProductTest, SharedInput) {
  ThreadPool pool(3);
  for_each_rounding([&] {
    for (const Format key : {Format::kF16, Format::kQ3_K}) {
      for (const int64_t m : {9, 40}) {
        check_shared_input([&] { return context(pool); }, *kernels_, pool, key, m);
      }
    }
  });
}

TEST_P(ProductTest, ANanPoisonsItsRowOnly) {
  Rng rng(kSeed + 3);
  ThreadPool pool(2);
  for (const Format format : weight_formats()) {
    const int64_t k = columns_of(format);
    const PackedWeight weight(*kernels_, pool, format, 19, k, rng.next());
    for_each_rounding([&] {
      auto x = random_floats(rng, 5 * k);
      const auto clean = product(context(pool), weight.view(), x, 0, 5);
      x[static_cast<size_t>(3 * k + 40)] = kNan;
      const auto found = product(context(pool), weight.view(), x, 0, 5);
      for (size_t i = 0; i < found.size(); ++i) {
        if (i / 19 == 3) {
          EXPECT_TRUE(std::isnan(found[i])) << info(format).name;
        } else {
          EXPECT_EQ(found[i], clean[i]) << info(format).name;
        }
      }
    });
  }
}

// Rows as the file has them are packed on the way.
TEST_P(ProductTest, PlainRowsGiveTheSameBits) {
  Rng rng(kSeed + 4);
  ThreadPool pool(3);
  for (const Format format : weight_formats()) {
    const int64_t k = columns_of(format);
    const int64_t n = 45;
    const int64_t m = 2 * kernels_->max_columns + 1;
    const PackedWeight weight(*kernels_, pool, format, n, k, rng.next());
    std::vector<std::byte> bytes = weight.rows();
    BytesBuffer buffer(bytes);
    const TensorView rows = view_rows(&buffer, format, Shape{n, k});
    const auto x = random_floats(rng, m * k);
    for_each_rounding([&] {
      const auto packed = product(context(pool), weight.view(), x, 0, m);
      EXPECT_TRUE(same_bits(product(context(pool), rows, x, 0, m), packed, 0)) << info(format).name;
    });
  }
}

}  // namespace
}  // namespace realm::cpu
