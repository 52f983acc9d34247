#include "realm/compute.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <random>
#include <thread>
#include <utility>

namespace realm::compute {
namespace {

// Values of a Result that must be there.
template <class T>
T get(Result<T> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().message);
  return result ? std::move(result).value() : T();
}

std::vector<float> random(size_t n, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  std::vector<float> out(n);
  for (float& v : out) v = normal(engine);
  return out;
}

void expect_near(const std::vector<float>& found, const std::vector<double>& wanted,
                 double tolerance) {
  ASSERT_EQ(found.size(), wanted.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_NEAR(found[i], wanted[i], tolerance * (1 + std::fabs(wanted[i]))) << i;
  }
}

std::string message_of(const Result<Tensor>& result) {
  EXPECT_FALSE(result);
  if (result) return "";
  EXPECT_EQ(result.error().code, Code::kInvalidArgument);
  return result.error().message;
}

class ComputeTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto device = Device::open(GetParam(), {.threads = 2});
    ASSERT_TRUE(device) << device.error().message;
    device_.emplace(std::move(device).value());
  }
  Tensor up(const std::vector<float>& values, int64_t rows) {
    return get(device_->upload(values, rows, static_cast<int64_t>(values.size()) / rows));
  }
  Tensor ids(const std::vector<int32_t>& values) { return get(device_->upload_ids(values)); }

  std::optional<Device> device_;
};

TEST_P(ComputeTest, ElementwiseOpsAndNorms) {
  const auto a = random(3 * 50, 1);
  const auto b = random(3 * 50, 2);
  const Tensor ta = up(a, 3);
  const Tensor tb = up(b, 3);
  std::vector<double> sum, product, silus, norms, softs;
  const auto weight = random(50, 3);
  for (size_t r = 0; r < 3; ++r) {
    double squares = 0;
    double exps = 0;
    for (size_t c = 0; c < 50; ++c) squares += std::pow(a[r * 50 + c], 2.0);
    for (size_t c = 0; c < 50; ++c) exps += std::exp(0.5 * a[r * 50 + c]);
    for (size_t c = 0; c < 50; ++c) {
      const double x = a[r * 50 + c];
      sum.push_back(x + b[r * 50 + c]);
      product.push_back(x * b[r * 50 + c]);
      silus.push_back(x / (1 + std::exp(-x)));
      norms.push_back(x / std::sqrt(squares / 50 + 1e-5) * weight[c]);
      softs.push_back(std::exp(0.5 * x) / exps);
    }
  }
  expect_near(get(download(get(add(ta, tb)))), sum, 1e-6);
  expect_near(get(download(get(mul(ta, tb)))), product, 1e-6);
  expect_near(get(download(get(silu(ta)))), silus, 1e-6);
  expect_near(get(download(get(rms_norm(ta, up(weight, 1))))), norms, 1e-6);
  expect_near(get(download(get(softmax(ta, 0.5f)))), softs, 1e-6);
}

TEST_P(ComputeTest, LinearOfAFloatMatrixWithBias) {
  const auto x = random(5 * 33, 1);
  const auto w = random(7 * 33, 2);
  const auto bias = random(7, 3);
  const Tensor weight =
      get(device_->upload_weight(Format::kF32, 7, 33, std::as_bytes(std::span(w))));
  std::vector<double> wanted;
  for (size_t m = 0; m < 5; ++m) {
    for (size_t n = 0; n < 7; ++n) {
      double sum = bias[n];
      for (size_t k = 0; k < 33; ++k) sum += static_cast<double>(x[m * 33 + k]) * w[n * 33 + k];
      wanted.push_back(sum);
    }
  }
  expect_near(get(download(get(linear(up(x, 5), weight, up(bias, 1))))), wanted, 1e-5);
}

TEST_P(ComputeTest, LinearAndEmbedOfAQuantizedMatrixAgree) {
  const auto w = random(40 * 256, 4);
  for (const Format format : {Format::kQ4_0, Format::kQ8_0, Format::kQ4_K, Format::kQ6_K}) {
    const auto bytes = get(quantize(format, w, 256));
    const Tensor weight = get(device_->upload_weight(format, 40, 256, bytes));
    EXPECT_EQ(weight.format(), format);
    EXPECT_EQ(weight.rows(), 40);
    // Row 3 of the table times a unit vector is its element; 1 rounds exactly.
    std::vector<float> unit(256);
    unit[17] = 1;
    const auto column = get(download(get(linear(up(unit, 1), weight))));
    const auto rows = get(download(get(embed(ids({3, 39, 40, -1}), weight, 2.0f))));
    ASSERT_EQ(rows.size(), 4u * 256);
    EXPECT_NEAR(rows[17], 2 * column[3], 1e-6);
    EXPECT_NEAR(rows[256 + 17], 2 * column[39], 1e-6);
    EXPECT_NEAR(rows[17], 2 * w[3 * 256 + 17], 1.0);  // the right row at all
    EXPECT_TRUE(std::isnan(rows[512]) && std::isnan(rows[768 + 255]));
  }
}

TEST_P(ComputeTest, RopeTurnsPairsByTheirPosition) {
  const auto x = random(2 * 16, 5);
  for (const bool halves : {false, true}) {
    const RopeOptions options{.head_dim = 8, .turned = 4, .base = 100.0f, .halves = halves};
    const auto out = get(download(get(rope(up(x, 2), ids({0, 7}), options))));
    for (size_t head = 0; head < 2; ++head) {
      for (size_t i = 0; i < 8; ++i) EXPECT_EQ(out[head * 8 + i], x[head * 8 + i]);
      for (size_t i = 4; i < 8; ++i) EXPECT_EQ(out[16 + head * 8 + i], x[16 + head * 8 + i]);
      for (size_t j = 0; j < 2; ++j) {
        const double angle = 7 * std::pow(100.0, -0.5 * static_cast<double>(j));
        const size_t ia = 16 + head * 8 + (halves ? j : 2 * j);
        const size_t ib = halves ? ia + 2 : ia + 1;
        EXPECT_NEAR(out[ia], x[ia] * std::cos(angle) - x[ib] * std::sin(angle), 1e-5);
        EXPECT_NEAR(out[ib], x[ib] * std::cos(angle) + x[ia] * std::sin(angle), 1e-5);
      }
    }
  }
}

TEST_P(ComputeTest, AttentionIsCausalAndGrouped) {
  constexpr size_t kTokens = 150, kHeads = 4, kKv = 2, kDim = 16;
  const auto k = random(kTokens * kKv * kDim, 6);
  const auto v = random(kTokens * kKv * kDim, 7);
  const auto q = random(3 * kHeads * kDim, 8);
  auto made = KvCache::create(*device_, kKv, kDim, kTokens, Format::kF32);
  ASSERT_TRUE(made) << made.error().message;
  KvCache& cache = *made;
  const auto part = [](const std::vector<float>& rows, size_t from, size_t to) {
    const size_t width = kKv * kDim;
    return std::vector<float>(rows.begin() + static_cast<ptrdiff_t>(from * width),
                              rows.begin() + static_cast<ptrdiff_t>(to * width));
  };
  ASSERT_TRUE(cache.append(up(part(k, 0, 70), 70), up(part(v, 0, 70), 70)));
  ASSERT_TRUE(cache.append(up(part(k, 70, 150), 80), up(part(v, 70, 150), 80)));
  EXPECT_EQ(cache.tokens(), 150);
  for (const int32_t window : {0, 20}) {
    std::vector<double> wanted;
    for (size_t i = 0; i < 3; ++i) {
      const size_t position = kTokens - 3 + i;
      const size_t first = window == 0 ? 0 : position - 19;
      for (size_t h = 0; h < kHeads; ++h) {
        const size_t kv = h / 2;
        std::vector<double> mix(kDim);
        double sum = 0;
        for (size_t t = first; t <= position; ++t) {
          double dot = 0;
          for (size_t d = 0; d < kDim; ++d) {
            dot +=
                static_cast<double>(q[(i * kHeads + h) * kDim + d]) * k[(t * kKv + kv) * kDim + d];
          }
          const double p = std::exp(dot / 4);
          sum += p;
          for (size_t d = 0; d < kDim; ++d) mix[d] += p * v[(t * kKv + kv) * kDim + d];
        }
        for (const double m : mix) wanted.push_back(m / sum);
      }
    }
    expect_near(get(download(get(attention(up(q, 3), cache, {.window = window})))), wanted, 1e-5);
  }
  const auto refused = cache.append(up(part(k, 0, 1), 1), up(part(v, 0, 1), 1));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("over 150"), std::string::npos);
}

// A window of one gives back the values themselves, as their format keeps them.
TEST_P(ComputeTest, CachesKeepBlocks) {
  const auto v = random(40 * 64, 6);
  for (const auto& [format, step] :
       {std::pair{Format::kQ8_0, 1 / 127.0}, {Format::kQ4_0, 1 / 8.0}}) {
    auto made = KvCache::create(*device_, 1, 64, 40, format);
    ASSERT_TRUE(made) << made.error().message;
    ASSERT_TRUE(made->append(up(random(40 * 64, 5), 40), up(v, 40)));
    const auto out = get(download(get(attention(up(v, 40), *made, {.window = 1}))));
    for (size_t b = 0; b < v.size(); b += 32) {
      float largest = 0;
      for (size_t i = b; i < b + 32; ++i) largest = std::max(largest, std::fabs(v[i]));
      for (size_t i = b; i < b + 32; ++i) EXPECT_NEAR(out[i], v[i], 1.01 * largest * step);
    }
  }
}

TEST_P(ComputeTest, RefusesWhatDoesNotFit) {
  const Tensor x = up(random(6, 1), 2);
  EXPECT_NE(message_of(add(x, up(random(6, 2), 3))).find("add"), std::string::npos);
  EXPECT_NE(message_of(add(x, {})).find("absent"), std::string::npos);
  EXPECT_NE(message_of(silu({})).find("absent"), std::string::npos);
  EXPECT_NE(message_of(softmax(x, -1.0f)).find("scale"), std::string::npos);
  EXPECT_NE(message_of(device_->upload(random(6, 1), 4, 2)).find("6 elements"), std::string::npos);
  EXPECT_NE(message_of(device_->upload({}, 0, 2)).find("0 elements"), std::string::npos);
  EXPECT_NE(message_of(rope(x, ids({0, 1}), {.head_dim = 3})).find("rope"), std::string::npos);
  EXPECT_NE(message_of(linear(x, x)).find("linear"), std::string::npos);
  const std::vector<std::byte> bytes(18);
  EXPECT_NE(message_of(device_->upload_weight(Format::kQ4_0, 1, 31, bytes)).find("whole blocks"),
            std::string::npos);
  EXPECT_NE(message_of(device_->upload_weight(Format::kQ4_0, 2, 32, bytes)).find("18 elements"),
            std::string::npos);
  EXPECT_FALSE(quantize(Format::kQ4_0, random(33, 1), 33));
  EXPECT_FALSE(KvCache::create(*device_, 1, 64, 10, Format::kQ4_K));
  EXPECT_FALSE(KvCache::create(*device_, 1, 48, 10, Format::kQ8_0)) << "no whole blocks";
  EXPECT_FALSE(download(ids({1})));
  EXPECT_TRUE(device_->sync()) << "refusals leave the device as it was";
}

TEST_P(ComputeTest, RefusesTensorsOfTwoDevices) {
  const auto other = Device::open(GetParam(), {.threads = 1});
  ASSERT_TRUE(other);
  const Tensor here = up(random(4, 1), 2);
  const Tensor there = get(other->upload(random(4, 1), 2, 2));
  EXPECT_NE(message_of(add(here, there)).find("different devices"), std::string::npos);
}

TEST_P(ComputeTest, TensorsOutliveTheirDeviceHandle) {
  Tensor x = up(random(8, 1), 2);
  device_.reset();
  const Tensor y = get(add(x, x));
  x = {};
  EXPECT_EQ(get(download(y)).size(), 8u);
}

TEST_P(ComputeTest, ThreadsTakeTurns) {
  const auto values = random(64 * 64, 9);
  const Tensor weight =
      get(device_->upload_weight(Format::kF32, 64, 64, std::as_bytes(std::span(values))));
  const auto wanted = get(download(get(linear(up(values, 64), weight))));
  std::vector<std::thread> threads;
  std::vector<int> same(4);
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const auto x = device_->upload(values, 64, 64);
        const auto y = x ? linear(*x, weight) : x;
        const auto out = y ? download(*y) : Result<std::vector<float>>(y.error());
        same[t] += out && *out == wanted ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int n : same) EXPECT_EQ(n, 20);
}

INSTANTIATE_TEST_SUITE_P(Devices, ComputeTest, ::testing::Values("cpu", "reference"),
                         [](const auto& device) { return std::string(device.param); });

}  // namespace
}  // namespace realm::compute
