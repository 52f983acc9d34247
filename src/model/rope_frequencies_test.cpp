#include "model/rope_frequencies.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace realm {
namespace {

RopeConfig rope_of(int32_t dims, double base) {
  RopeConfig rope;
  rope.dims = dims;
  rope.base = base;
  return rope;
}

TEST(RopeFrequencies, UnscaledFallFromOneByPowersOfTheBase) {
  const auto f = rope_frequencies(rope_of(8, 10000), {});
  ASSERT_EQ(f.inv_freq.size(), 4u);
  EXPECT_EQ(f.inv_freq[0], 1.0f);
  EXPECT_FLOAT_EQ(f.inv_freq[1], 0.1f);
  EXPECT_FLOAT_EQ(f.inv_freq[2], 0.01f);
  EXPECT_FLOAT_EQ(f.inv_freq[3], 0.001f);
  EXPECT_EQ(f.magnitude, 1.0f);
}

TEST(RopeFrequencies, LinearDividesAll) {
  RopeConfig rope = rope_of(8, 10000);
  rope.scaling = RopeScaling::kLinear;
  rope.factor = 4;
  const auto f = rope_frequencies(rope, {});
  EXPECT_FLOAT_EQ(f.inv_freq[0], 0.25f);
  EXPECT_FLOAT_EQ(f.inv_freq[3], 0.00025f);
}

TEST(RopeFrequencies, DivisorsDivideEachItsOwn) {
  const std::vector<float> divisors = {1, 2, 4, 8};
  const auto f = rope_frequencies(rope_of(8, 10000), divisors);
  EXPECT_FLOAT_EQ(f.inv_freq[0], 1.0f);
  EXPECT_FLOAT_EQ(f.inv_freq[1], 0.05f);
  EXPECT_FLOAT_EQ(f.inv_freq[3], 0.000125f);
}

// inv_freq of transformers 5.23 (ROPE_INIT_FUNCTIONS["llama3"]) for Llama 3.1's own numbers:
// head_dim 128, theta 500000, factor 8, low 1, high 4, original 8192.
TEST(RopeFrequencies, Llama3AsPublished) {
  RopeConfig rope = rope_of(128, 500000);
  rope.scaling = RopeScaling::kLlama3;
  rope.factor = 8;
  rope.original_context = 8192;
  const auto f = rope_frequencies(rope, {});
  ASSERT_EQ(f.inv_freq.size(), 64u);
  EXPECT_NEAR(f.inv_freq[0] / 1, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[16] / 0.0376060307, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[21] / 0.0134904198, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[25] / 0.00594073068, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[32] / 0.000524846022, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[40] / 3.42810235e-05, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[48] / 6.64786967e-06, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[63] / 3.06892588e-07, 1, 1e-6);
  EXPECT_FLOAT_EQ(f.magnitude, 1.0f);
}

// The same of ROPE_INIT_FUNCTIONS["yarn"]: head_dim 64, theta 10000, factor 4, original 2048.
TEST(RopeFrequencies, YarnAsPublished) {
  RopeConfig rope = rope_of(64, 10000);
  rope.scaling = RopeScaling::kYarn;
  rope.factor = 4;
  rope.original_context = 2048;
  const auto f = rope_frequencies(rope, {});
  ASSERT_EQ(f.inv_freq.size(), 32u);
  EXPECT_NEAR(f.inv_freq[0] / 1, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[8] / 0.100000001, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[10] / 0.0497455746, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[12] / 0.0243252143, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[16] / 0.00538461516, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[20] / 0.000973008573, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[24] / 0.000250000012, 1, 1e-6);
  EXPECT_NEAR(f.inv_freq[31] / 3.33380376e-05, 1, 1e-6);
  EXPECT_FLOAT_EQ(f.magnitude, 1.13862944f);
}

TEST(RopeFrequencies, YarnOfARampWithoutWidthIsFinite) {
  RopeConfig rope = rope_of(2, 10000);
  rope.scaling = RopeScaling::kYarn;
  rope.factor = 4;
  rope.original_context = 1;
  for (const float v : rope_frequencies(rope, {}).inv_freq) EXPECT_TRUE(std::isfinite(v));
}

}  // namespace
}  // namespace realm
