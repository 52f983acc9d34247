#include <gtest/gtest.h>

#include <cmath>

#include "cli/measure/speed.hpp"
#include "cli/measure/window_score.hpp"

namespace realm::cli {
namespace {

TEST(TokenNll, EqualsTheDefinition) {
  const std::vector<float> logits{1.5f, -2.0f, 0.25f, 3.0f};
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  for (int32_t id = 0; id < 4; ++id) {
    const double expected =
        -std::log(std::exp(static_cast<double>(logits[static_cast<size_t>(id)])) / sum);
    EXPECT_NEAR(token_nll(logits, TokenId{id}), expected, 1e-6);
  }
}

TEST(TokenNll, LargeLogitsDoNotOverflow) {
  EXPECT_NEAR(token_nll(std::vector<float>{1e4f, 1e4f}, TokenId{0}), std::log(2.0), 1e-9);
  EXPECT_NEAR(token_nll(std::vector<float>{0.0f, -1e4f}, TokenId{1}), 1e4, 1e-9);
}

TEST(Measurement, RatesAreSortedAndCountAllSequences) {
  const Measurement odd{"decode", 10, 0, 2, {2.0, 1.0, 4.0}};
  EXPECT_EQ(odd.tokens_per_second(), (std::vector<double>{5, 10, 20}));
  EXPECT_EQ(odd.median(), 10);
  const Measurement even{"prompt", 10, 0, 1, {2.0, 1.0}};
  EXPECT_EQ(even.median(), 7.5);
}

TEST(BenchLoad, ContextHoldsTheLongestSequence) {
  EXPECT_EQ((BenchLoad{.prompt = 512, .decode = 128}).context_tokens(), 512);
  EXPECT_EQ((BenchLoad{.prompt = 0, .decode = 128, .depths = {1000}}).context_tokens(), 1128);
  EXPECT_EQ((BenchLoad{.prompt = 9, .decode = 8, .depths = {5, 40, 0}}).context_tokens(), 49);
  EXPECT_EQ((BenchLoad{.prompt = 1, .decode = 0}).context_tokens(), 2);
  EXPECT_EQ((BenchLoad{.sequences = {1, 8, 2}}).most_sequences(), 8);
}

}  // namespace
}  // namespace realm::cli
