// BLAS libraries: found or refused with a story, and multiplied with as they are to be called.
#include "backend/cpu/linear/blas.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "ops/cases/rng.hpp"

namespace realm::cpu {
namespace {

TEST(Blas, SaysWhatItLookedFor) {
  const auto absent = Blas::load("/nowhere/libnone.so", 1);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::kNotFound);
  EXPECT_NE(absent.error().message.find("/nowhere/libnone.so"), std::string::npos);
  const auto other = Blas::load("libm.so.6", 1);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kUnsupported) << other.error().message;
  EXPECT_NE(other.error().message.find("cblas_sgemm"), std::string::npos);
}

TEST(Blas, MultipliesRowsByRows) {
  const auto blas = Blas::load("auto", 2);
  if (!blas) {
    EXPECT_NE(blas.error().message.find("libopenblas.so.0"), std::string::npos);
    GTEST_SKIP() << blas.error().message;
  }
  EXPECT_NE((*blas)->name().find("lib"), std::string::npos);
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  Rng rng(20261124);
  const int64_t n = 37;
  const int64_t k = 129;
  for (const int64_t m : {1, 2, 3, 17, 64}) {
    const int64_t gap = m % 3;  // between rows, of all three
    const auto random = [&](int64_t rows) {
      std::vector<float> v(static_cast<size_t>(rows * (k + gap)));
      for (float& x : v) x = static_cast<float>(rng.gaussian());
      return v;
    };
    const auto a = random(m);
    const auto b = random(n);
    std::vector<float> c(static_cast<size_t>(m * (n + gap)), kNan);
    ASSERT_TRUE(
        (*blas)->multiply(m, n, k, a.data(), k + gap, b.data(), k + gap, c.data(), n + gap));
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n + gap; ++j) {
        const float found = c[static_cast<size_t>(i * (n + gap) + j)];
        if (j >= n) {
          ASSERT_TRUE(std::isnan(found)) << "written between rows";
          continue;
        }
        double sum = 0;
        double magnitude = 0;
        for (int64_t l = 0; l < k; ++l) {
          const double term = static_cast<double>(a[static_cast<size_t>(i * (k + gap) + l)]) *
                              b[static_cast<size_t>(j * (k + gap) + l)];
          sum += term;
          magnitude += std::fabs(term);
        }
        ASSERT_NEAR(found, sum, magnitude * 0x1p-24 * static_cast<double>(k + 1)) << i << " " << j;
      }
    }
  }
}

}  // namespace
}  // namespace realm::cpu
