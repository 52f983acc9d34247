// What conformance cannot see from outside: the accuracy of exp, tanh and erf over their whole
// range, conversions of every 16-bit value. Every instruction set of this build; one that the
// machine lacks is skipped by name.
#include "backend/cpu/kernels.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "backend/cpu/isa.hpp"
#include "base/half.hpp"
#include "ops/attention/cache_format.hpp"

namespace realm::cpu {
namespace {

constexpr double kUnit = 0x1p-24;  // largest relative error of one rounding

class KernelsTest : public ::testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    if (!GetParam().present) {
      GTEST_SKIP() << GetParam().name << ": this machine lacks " << GetParam().missing;
    }
  }
  const Kernels& kernels() const { return *GetParam().kernels; }

  // The floats of both signs whose bits are those of `from` + i * step, up to `to`.
  template <class F>
  void sweep(float from, float to, uint32_t step, const F& f) const {
    std::vector<float> x;
    std::vector<float> y(1024);
    const auto flush = [&](auto kernel) {
      kernel(x.data(), y.data(), static_cast<int64_t>(x.size()));
      for (size_t i = 0; i < x.size(); ++i) f.check(x[i], y[i]);
      x.clear();
    };
    for (uint32_t bits = std::bit_cast<uint32_t>(from); bits <= std::bit_cast<uint32_t>(to);
         bits += step) {
      for (const float sign : {1.0f, -1.0f}) x.push_back(sign * std::bit_cast<float>(bits));
      if (x.size() >= 1023) flush(f.kernel);  // an odd length: the partial vector too
    }
    flush(f.kernel);
  }
};

struct ExpCheck {
  void (*kernel)(const float*, float*, int64_t);
  double* worst;
  void check(float x, float y) const {
    const double wanted = std::exp(static_cast<double>(x));
    if (x < -87.33f) {
      EXPECT_EQ(y, 0.0f) << x;
    } else if (x > 88.37f) {
      EXPECT_TRUE(std::isinf(y) || std::fabs(y / wanted - 1) < 4 * kUnit) << x;
    } else {
      *worst = std::max(*worst, std::fabs(static_cast<double>(y) / wanted - 1) / kUnit);
    }
  }
};

TEST_P(KernelsTest, ExpIsWithinFourUnits) {
  double worst = 0;
  // Step 509: over a million arguments, every exponent.
  sweep(0x1p-30f, 200.0f, 509, ExpCheck{kernels().exp, &worst});
  EXPECT_LT(worst, 4);
  std::printf("%s: exp is off by at most %.2f units of 2^-24\n",
              std::string(GetParam().name).c_str(), worst);
}

struct TanhCheck {
  void (*kernel)(const float*, float*, int64_t);
  double* worst;
  void check(float x, float y) const {
    const double error = std::fabs(y - std::tanh(static_cast<double>(x)));
    *worst = std::max(*worst, error / kUnit);
  }
};

TEST_P(KernelsTest, TanhIsWithinFourUnitsOfOne) {
  double worst = 0;
  sweep(0x1p-30f, 200.0f, 1021, TanhCheck{kernels().tanh, &worst});
  EXPECT_LT(worst, 4);
  std::printf("%s: tanh is off by at most %.2f units\n", std::string(GetParam().name).c_str(),
              worst);
}

struct ErfCheck {
  void (*kernel)(const float*, float*, int64_t);
  double* worst;
  void check(float x, float y) const {
    const double wanted = std::erf(static_cast<double>(x));
    *worst = std::max(*worst, std::fabs(static_cast<double>(y) / wanted - 1) / kUnit);
  }
};

// Units of erf(x) itself, also where it is small.
TEST_P(KernelsTest, ErfIsWithinThreeUnits) {
  double worst = 0;
  sweep(0x1p-60f, 200.0f, 1021, ErfCheck{kernels().erf, &worst});
  EXPECT_LT(worst, 3);
  std::printf("%s: erf is off by at most %.2f units\n", std::string(GetParam().name).c_str(),
              worst);
}

TEST_P(KernelsTest, FunctionsKeepSpecialValues) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const float x[] = {0.0f, -0.0f, kInf, -kInf, std::nanf(""), 3.4e38f, -3.4e38f};
  float y[7];
  kernels().exp(x, y, 7);
  EXPECT_EQ(y[0], 1.0f);  // exactly: a single position's weight is 1
  EXPECT_EQ(y[1], 1.0f);
  EXPECT_EQ(y[2], kInf);
  EXPECT_EQ(y[3], 0.0f);
  EXPECT_TRUE(std::isnan(y[4]));
  EXPECT_EQ(y[5], kInf);
  EXPECT_EQ(y[6], 0.0f);
  kernels().tanh(x, y, 7);
  EXPECT_EQ(y[0], 0.0f);
  EXPECT_EQ(y[2], 1.0f);
  EXPECT_EQ(y[3], -1.0f);
  EXPECT_TRUE(std::isnan(y[4]));
  kernels().erf(x, y, 7);
  EXPECT_EQ(y[0], 0.0f);
  EXPECT_EQ(y[2], 1.0f);
  EXPECT_EQ(y[3], -1.0f);
  EXPECT_TRUE(std::isnan(y[4]));
  EXPECT_EQ(y[5], 1.0f);
  EXPECT_EQ(y[6], -1.0f);
}

TEST_P(KernelsTest, LoadsEvery16BitValue) {
  std::vector<uint16_t> bits(65536);
  for (size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<uint16_t>(i);
  std::vector<float> out(bits.size());
  for (const Element element : {Element::kF16, Element::kBF16}) {
    kernels().load(bits.data(), out.data(), 65536, element);
    for (size_t i = 0; i < bits.size(); ++i) {
      const float wanted =
          element == Element::kF16 ? half_to_float(bits[i]) : bfloat16_to_float(bits[i]);
      if (std::isnan(wanted)) {
        EXPECT_TRUE(std::isnan(out[i])) << i;
      } else {
        EXPECT_EQ(std::bit_cast<uint32_t>(out[i]), std::bit_cast<uint32_t>(wanted)) << i;
      }
    }
  }
}

TEST_P(KernelsTest, StoresLikeTheDefinition) {
  // Around every boundary of rounding: 61 neighbours apart, all exponents, both signs.
  std::vector<float> x;
  for (uint64_t bits = 0; bits < 0x100000000u; bits += 4093) {
    x.push_back(std::bit_cast<float>(static_cast<uint32_t>(bits)));
  }
  for (uint32_t half = 0; half < 0x7c00; ++half) {  // ties and their neighbours
    const uint32_t middle =
        (std::bit_cast<uint32_t>(half_to_float(static_cast<uint16_t>(half))) +
         std::bit_cast<uint32_t>(half_to_float(static_cast<uint16_t>(half + 1)))) /
        2;
    for (const uint32_t near : {middle - 1, middle, middle + 1}) {
      x.push_back(std::bit_cast<float>(near));
    }
  }
  std::vector<uint16_t> out(x.size());
  std::vector<uint16_t> strided(x.size() * 3);
  for (const Element element : {Element::kF16, Element::kBF16}) {
    const auto n = static_cast<int64_t>(x.size());
    kernels().store(x.data(), out.data(), n, element);
    kernels().store_strided(x.data(), strided.data(), n, 3, element);
    for (size_t i = 0; i < x.size(); ++i) {
      const uint16_t wanted =
          element == Element::kF16 ? float_to_half(x[i]) : float_to_bfloat16(x[i]);
      if (std::isnan(x[i])) {
        const float back =
            element == Element::kF16 ? half_to_float(out[i]) : bfloat16_to_float(out[i]);
        EXPECT_TRUE(std::isnan(back)) << x[i];
      } else {
        ASSERT_EQ(out[i], wanted) << x[i];
      }
      ASSERT_EQ(strided[i * 3], out[i]);
    }
  }
}

// Blocks of keys and values: the definition's bytes, whatever the floats are.
TEST_P(KernelsTest, RoundsBlocksLikeTheDefinition) {
  std::minstd_rand engine(7);
  std::vector<float> block(kKvBlock);
  for (int round = 0; round < 3000; ++round) {
    const float size = std::ldexp(1.0f, static_cast<int>(engine() % 60) - 40);
    for (float& x : block) {
      x = (static_cast<float>(engine()) * 0x1p-30f - 1) * size;
      if (round % 3 == 1) x = std::nearbyint(x / size * 63.5f) / 2 * size;  // ties of codes
    }
    if (round % 3 == 1) block[engine() % kKvBlock] = 127 * size;
    if (round % 10 == 2) block[1] = -block[20];  // the first of equals counts
    if (round % 50 == 3) std::fill(block.begin(), block.end(), round % 100 == 3 ? 0.0f : -0.0f);
    if (round % 50 == 4) block[engine() % kKvBlock] = std::numeric_limits<float>::quiet_NaN();
    if (round % 50 == 5) block[engine() % kKvBlock] = -std::numeric_limits<float>::infinity();
    if (round % 50 == 6) block[engine() % kKvBlock] = 1e30f;  // its scale is no binary16
    if (round % 50 == 7) block[engine() % kKvBlock] = 65504.0f * 127;
    for (const auto& [kept, format] :
         {std::pair{KvFormat::kQ8_0, Format::kQ8_0}, std::pair{KvFormat::kQ4_0, Format::kQ4_0}}) {
      std::byte wanted[34] = {};
      store_cached(format, wanted, 0, block);
      uint8_t codes[kKvBlock] = {};
      uint16_t scale = 0;
      kernels().kv_block(block.data(), codes, &scale, kept);
      uint16_t wanted_scale = 0;
      std::memcpy(&wanted_scale, wanted, sizeof wanted_scale);
      const bool nan = std::isnan(half_to_float(wanted_scale));
      ASSERT_EQ(nan, std::isnan(half_to_float(scale))) << round;
      if (!nan) {
        ASSERT_EQ(scale, wanted_scale) << round;
      }
      const size_t bytes = kept == KvFormat::kQ8_0 ? kKvBlock : kKvBlock / 2;
      ASSERT_EQ(std::memcmp(codes, wanted + 2, bytes), 0) << round;
    }
  }
}

std::string name_of(const ::testing::TestParamInfo<Variant>& info) {
  return std::string(info.param.name);
}
INSTANTIATE_TEST_SUITE_P(Isa, KernelsTest, ::testing::ValuesIn(variants()), name_of);

}  // namespace
}  // namespace realm::cpu
