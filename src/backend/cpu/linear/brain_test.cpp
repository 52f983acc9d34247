// BF16 weights on sets that multiply pairs of bfloat16: the bits that docs/numerics.md says.
#include <cmath>

#include "backend/cpu/linear/linear_test_tools.hpp"
#include "backend/cpu/linear/product.hpp"
#include "ops/activations.hpp"

namespace realm::cpu {
namespace {

using BrainTest = LinearTest;
INSTANTIATE_TEST_SUITE_P(Isa, BrainTest, testing::Range(size_t{0}, variants().size()),
                         variant_name);

// What the instruction for pairs of bfloat16 does, step by step: two fused multiplications and
// additions a pair, the second column's first, numbers below 2^-126 as zeros on their way in and
// out (docs/numerics.md).
float brain_product(const float* w, const float* x, int64_t k) {
  const auto flushed = [](float v) {
    return std::fabs(v) < 0x1p-126f ? std::copysign(0.0f, v) : v;
  };
  float sum = 0;
  for (int64_t i = 0; i < k; i += 2) {
    for (const int64_t at : {i + 1, i}) {
      if (at == k) continue;
      sum = flushed(std::fma(flushed(w[at]), flushed(round_to_bfloat16(x[at])), sum));
    }
  }
  return sum;
}

TEST_P(BrainTest, PairsStepByStep) {
  if (kernels_->brain_pairs.multiply == nullptr) return;  // in float instead
  Rng rng(kSeed + 6);
  ThreadPool pool(2);
  for (const int64_t k : {1, 2, 77, 512}) {
    // Of all sizes, subnormal ones too: sums that meet 2^-126.
    for (const double size : {1.0, 0x1p-62, 0x1p-64, 0x1p-120}) {
      const int64_t n = 45;
      const int64_t m = k == 77 ? 50 : kernels_->max_columns + 3;  // runs and groups
      std::vector<std::byte> bytes(static_cast<size_t>(n * k) * 2);
      std::vector<float> w;
      for (size_t i = 0; i < bytes.size(); i += 2) {
        const auto v = static_cast<float>(rng.gaussian() * size * std::exp2(rng.uniform(-8, 2)));
        const uint16_t brain = float_to_bfloat16(v);
        std::memcpy(&bytes[i], &brain, sizeof brain);
        w.push_back(bfloat16_to_float(brain));
      }
      const PackedWeight weight(*kernels_, pool, Format::kBF16, n, k, bytes);
      std::vector<float> x(static_cast<size_t>(m * k));
      for (float& v : x) {
        v = static_cast<float>(rng.gaussian() * size * std::exp2(rng.uniform(-8, 2)));
      }
      std::vector<float> found(static_cast<size_t>(m * n));
      const Product product{.weight = weight.view(), .out = found.data(), .stride = n};
      const ProductInput input{.x = x.data(), .stride = k, .m = m, .k = k};
      ASSERT_TRUE(multiply(context(pool), input, {&product, 1}).has_value());
      for (int64_t c = 0; c < m; ++c) {
        for (int64_t r = 0; r < n; ++r) {
          const float want =
              brain_product(&w[static_cast<size_t>(r * k)], &x[static_cast<size_t>(c * k)], k);
          ASSERT_EQ(found[static_cast<size_t>(c * n + r)], want) << k << " " << size;
        }
      }
    }
  }
}

}  // namespace
}  // namespace realm::cpu
