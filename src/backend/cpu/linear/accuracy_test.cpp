// What rounding activations costs: the mean square error of products against sums in double of the
// decoded weights times the float activations, as a part of the products' mean square.
#include <cmath>

#include "backend/cpu/linear/linear_test_tools.hpp"
#include "backend/cpu/linear/product.hpp"
#include "formats/decode.hpp"
#include "formats/encode.hpp"
#include "ops/activations.hpp"

namespace realm::cpu {
namespace {

using AccuracyTest = LinearTest;
INSTANTIATE_TEST_SUITE_P(Isa, AccuracyTest, testing::Range(size_t{0}, variants().size()),
                         variant_name);

constexpr int64_t kRows = 48;     // of the weight
constexpr int64_t kColumns = 24;  // of activations
constexpr int64_t kLength = 2048;

enum class Spread { kUniform, kGaussian };

// Rounding errors are independent and spread evenly over a step L / s of the block's largest L: of
// x they are E[L^2] / (12 s^2 E[x^2]), whatever the weights. For 32 numbers and s = 127 that is
// 1.8e-5 uniformly in [-1, 1] (E[L^2] = 32 / 34) and 3.0e-5 with a Gaussian (E[L^2] = 5.8). The
// limits leave room for 1152 sums being a sample; where a step is 254 times as fine, so are they.
// A bfloat16 is off by up to half a step of 2^-7 of its power of two: evenly, that is 2.2e-6 of the
// mean square of numbers uniform in [-1, 1], and as much of a Gaussian's.
double limit_of(Spread spread, Activations activations) {
  if (activations == Activations::kBFloat16) return 3e-6;
  const double limit = spread == Spread::kUniform ? 2.5e-5 : 3.5e-5;
  return activations == Activations::kInt8Block32 ? limit : limit / (kFineSteps * kFineSteps);
}
// Float weights: sums of kLength terms in float32, each rounded by 2^-24 of what has been summed,
// half of the result on average.
constexpr double kFloatLimit = kLength * 0x1p-48 / 3;

// Gaussian numbers, as trained weights mostly are, in `format`. (Random bytes would have a few
// large scales, and the products of those alone for a sample.)
std::vector<std::byte> gaussian_weight(Rng& rng, Format format) {
  const auto row = static_cast<size_t>(*row_bytes(format, kLength));
  std::vector<std::byte> bytes(row * static_cast<size_t>(kRows));
  std::vector<float> values(kLength);
  for (size_t at = 0; at < bytes.size(); at += row) {
    for (float& v : values) v = static_cast<float>(rng.gaussian());
    EXPECT_TRUE(encode_row(format, values, std::span(bytes).subspan(at, row)).has_value());
  }
  return bytes;
}

class Sums {
 public:
  Sums(const PackedWeight& weight, Format format, const std::vector<float>& x) {
    const size_t bytes = weight.rows().size() / static_cast<size_t>(kRows);
    std::vector<float> w(kLength);
    for (int64_t r = 0; r < kRows; ++r) {
      EXPECT_TRUE(decode_row(format, {weight.row(r), bytes}, w).has_value());
      for (int64_t c = 0; c < kColumns; ++c) {
        double sum = 0;
        const float* row = &x[static_cast<size_t>(c * kLength)];
        for (size_t i = 0; i < w.size(); ++i) sum += static_cast<double>(row[i]) * w[i];
        at_[static_cast<size_t>(c * kRows + r)] = sum;
      }
    }
  }
  double nmse(const std::vector<float>& found) const {
    double error = 0, power = 0;
    for (size_t i = 0; i < at_.size(); ++i) {
      error += (found[i] - at_[i]) * (found[i] - at_[i]);
      power += at_[i] * at_[i];
    }
    return error / power;
  }

 private:
  std::vector<double> at_ = std::vector<double>(static_cast<size_t>(kRows * kColumns));
};

TEST_P(AccuracyTest, MeanSquareErrors) {
  ThreadPool pool(2);
  for (const Format format : weight_formats()) {
    Rng rng(kSeed + static_cast<uint64_t>(format));
    const PackedWeight weight(*kernels_, pool, format, kRows, kLength,
                              gaussian_weight(rng, format));
    for (const Spread spread : {Spread::kUniform, Spread::kGaussian}) {
      std::vector<float> x(static_cast<size_t>(kColumns * kLength));
      for (float& v : x) {
        v = static_cast<float>(spread == Spread::kUniform ? rng.uniform(-1, 1) : rng.gaussian());
      }
      const Sums sums(weight, format, x);
      for_each_rounding([&] {
        std::vector<float> out(static_cast<size_t>(kColumns * kRows));
        const Product product{.weight = weight.view(), .out = out.data(), .stride = kRows};
        const ProductInput input{.x = x.data(), .stride = kLength, .m = kColumns, .k = kLength};
        ASSERT_TRUE(multiply(context(pool), input, {&product, 1}).has_value());
        const double nmse = sums.nmse(out);
        const auto rounding = matmul_activations(format, activations_);
        EXPECT_LE(nmse, rounding == Activations::kFloat ? kFloatLimit : limit_of(spread, rounding))
            << info(format).name << (spread == Spread::kUniform ? " uniform" : " Gaussian");
        const std::string mode = activations_ == Activations::kInt8Block32 ? "_int8" : "_int16";
        RecordProperty(std::string(info(format).name) + mode +
                           (spread == Spread::kUniform ? "_uniform" : "_Gaussian"),
                       std::to_string(nmse * 1e12) + "e-12");
      });
    }
  }
}

}  // namespace
}  // namespace realm::cpu
