#include "engine/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/random.hpp"
#include "engine/testing/test_rng.hpp"

namespace realm {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// The definition of realm/sampling.hpp, word by word, on a sorted list in double.
struct Definition {
  struct Token {
    int32_t id;
    double logit;
  };
  std::vector<Token> left;
  double margin = 1;  // how far the closest decision was from going the other way

  static double sum_of_weights(const std::vector<Token>& tokens, double temperature) {
    double sum = 0;
    for (const Token& t : tokens) sum += std::exp((t.logit - tokens[0].logit) / temperature);
    return sum;
  }
  void note(double distance) { margin = std::min(margin, std::abs(distance)); }

  int32_t sample(const std::vector<float>& logits, const std::vector<int32_t>& tokens,
                 const SamplingParams& params, double unit) {
    const size_t window = params.repeat_last_n < 0
                              ? tokens.size()
                              : std::min(tokens.size(), static_cast<size_t>(params.repeat_last_n));
    const std::set<int32_t> recent(tokens.end() - static_cast<std::ptrdiff_t>(window),
                                   tokens.end());
    for (size_t i = 0; i < logits.size(); ++i) {
      const auto id = static_cast<int32_t>(i);
      float logit = logits[i];
      if (recent.count(id) > 0) {
        logit = logit > 0 ? logit / params.repeat_penalty : logit * params.repeat_penalty;
      }
      left.push_back({id, static_cast<double>(logit)});
    }
    std::ranges::stable_sort(left,
                             [](const Token& a, const Token& b) { return a.logit > b.logit; });
    if (params.temperature == 0) return left[0].id;
    if (params.top_k > 0 && static_cast<size_t>(params.top_k) < left.size()) {
      left.resize(static_cast<size_t>(params.top_k));
    }
    if (params.top_p < 1) {
      const double total = sum_of_weights(left, 1);
      double sum = 0;
      size_t n = 0;
      while (n < left.size()) {
        sum += std::exp(left[n++].logit - left[0].logit);
        note(sum / total - static_cast<double>(params.top_p));
        if (sum >= static_cast<double>(params.top_p) * total) break;
      }
      left.resize(n);
    }
    if (params.min_p > 0) {
      const double best = left[0].logit;
      std::erase_if(left, [&](const Token& t) {
        // Equal logits have equal probabilities, however the exponentials are rounded.
        const double ratio = t.logit == best ? 1 : std::exp(t.logit - best);
        if (ratio < 1) note(ratio / static_cast<double>(params.min_p) - 1);
        return ratio < static_cast<double>(params.min_p);
      });
    }
    const double temperature = static_cast<double>(params.temperature);
    const double total = sum_of_weights(left, temperature);
    const double best = left[0].logit;
    std::ranges::sort(left, {}, &Token::id);
    double sum = 0;
    for (const Token& t : left) {
      const double own = std::exp((t.logit - best) / temperature) / total;
      if (own > 0) {
        note(unit - sum);
        note(sum + own - unit);
      }
      if (unit >= sum && unit < sum + own) return t.id;
      sum += own;
    }
    margin = 0;
    return left.back().id;
  }
};

std::vector<float> random_logits(Rng& rng, size_t n) {
  const int64_t kind = rng.below(4);
  std::vector<float> logits(n);
  for (float& x : logits) {
    x = static_cast<float>(rng.gaussian() * 4);
    if (kind == 1) x = static_cast<float>(rng.below(5));  // many ties
    if (kind == 2) x *= 100;                              // one takes it all
    if (kind == 3 && rng.below(3) == 0) x = -kInf;        // forbidden ones
  }
  logits[static_cast<size_t>(rng.below(static_cast<int64_t>(n)))] = 1;  // one is possible
  return logits;
}

SamplingParams random_params(Rng& rng, size_t n) {
  const auto some = [&](double low, double high) {
    return static_cast<float>(rng.uniform(low, high));
  };
  SamplingParams p;
  p.temperature = rng.below(8) == 0 ? 0 : some(0.05, 3);
  p.top_k = rng.below(2) == 0 ? 0 : static_cast<int32_t>(rng.below(static_cast<int64_t>(n) + 3));
  p.top_p = rng.below(2) == 0 ? 1 : some(0, 1);
  p.min_p = rng.below(2) == 0 ? 0 : some(0, 1);
  p.repeat_penalty = rng.below(2) == 0 ? 1 : some(0.5, 2);
  p.repeat_last_n = static_cast<int32_t>(rng.below(12)) - 1;
  return p;
}

TEST(Sampler, AgreesWithTheDefinition) {
  constexpr uint64_t kSeed = 20261124;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  Rng rng(kSeed);
  int close = 0;
  constexpr int kRounds = 20000;
  for (int round = 0; round < kRounds; ++round) {
    const auto n = static_cast<size_t>(1 + rng.below(round % 50 == 0 ? 3000 : 60));
    const std::vector<float> logits = random_logits(rng, n);
    const SamplingParams params = random_params(rng, n);
    ASSERT_TRUE(check(params));
    std::vector<int32_t> tokens(static_cast<size_t>(rng.below(20)));
    for (int32_t& t : tokens) t = static_cast<int32_t>(rng.below(static_cast<int64_t>(n)));

    const uint64_t seed = rng.next();
    Definition definition;
    const int32_t want =
        definition.sample(logits, tokens, params, random_unit(seed, tokens.size()));
    std::vector<float> row = logits;
    Sampler sampler(params, seed);
    const auto got = sampler.sample(row, tokens);
    ASSERT_TRUE(got) << got.error().message;
    // Sums of up to 3000 terms, each rounded: 3000 * 2^-53 twice, and the exponentials' own ulps.
    if (definition.margin < 1e-11) {
      ++close;
      continue;
    }
    ASSERT_EQ(*got, want) << "round " << round << ", temperature " << params.temperature
                          << ", top_k " << params.top_k << ", top_p " << params.top_p << ", min_p "
                          << params.min_p;
  }
  EXPECT_LT(close, kRounds / 100);
}

TEST(Sampler, DrawsAreAsFrequentAsTheirProbabilities) {
  const std::vector<float> logits = {0, 1, -1, 2, -kInf, 0.5f};
  SamplingParams params{.temperature = 0.7f, .top_k = 0, .top_p = 1, .min_p = 0};
  constexpr int kDraws = 40000;
  std::map<int32_t, int> count;
  for (int i = 0; i < kDraws; ++i) {
    Sampler sampler(params, static_cast<uint64_t>(i));  // neighbouring seeds must not correlate
    std::vector<float> row = logits;
    const auto token = sampler.sample(row, std::vector<int32_t>{1, 2, 3});
    ASSERT_TRUE(token);
    ++count[*token];
  }
  double total = 0;
  for (const float x : logits) total += std::exp(static_cast<double>(x) / 0.7);
  for (size_t i = 0; i < logits.size(); ++i) {
    const double p = std::exp(static_cast<double>(logits[i]) / 0.7) / total;
    const double sigma = std::sqrt(p * (1 - p) * kDraws);
    EXPECT_NEAR(count[static_cast<int32_t>(i)], p * kDraws, 5 * sigma) << i;
  }
}

TEST(Sampler, TiesGoToTheLowestId) {
  const std::vector<int32_t> none;
  std::vector<float> row = {1, 3, 3, 2, 3};
  Sampler greedy({.temperature = 0}, 0);
  EXPECT_EQ(*greedy.sample(row, none), 1);
  EXPECT_EQ(argmax(std::vector<float>{-kInf, -kInf, -2}), 2);
  std::vector<Candidate> kept;
  keep_top_k(row, 2, kept);
  std::ranges::sort(kept, before);
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].id, 1);
  EXPECT_EQ(kept[1].id, 2);
  keep_top_k(row, 0, kept);
  keep_top_p(kept, 0);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].id, 1);
  keep_top_k(row, 0, kept);
  keep_min_p(kept, 1);
  EXPECT_EQ(kept.size(), 3u);
}

TEST(Sampler, PenaltyCountsEachTokenOnceWithinTheWindow) {
  std::vector<float> row = {4, -4, 2, 8};
  penalize_repeats(row, std::vector<int32_t>{0, 1, 0, 0, 99, -1}, 2);
  EXPECT_EQ(row, (std::vector<float>{2, -8, 2, 8}));

  // Token 3 is best until it is seen; the window ends just before it.
  const std::vector<int32_t> tokens = {3, 0};
  for (const int32_t window : {-1, 0, 1, 2, 3}) {
    std::vector<float> fresh = {1, 1, 5, 6};
    Sampler sampler({.temperature = 0, .repeat_penalty = 2, .repeat_last_n = window}, 0);
    const bool seen = window == -1 || window >= 2;
    EXPECT_EQ(*sampler.sample(fresh, tokens), seen ? 2 : 3) << window;
  }
}

TEST(Sampler, LogitsThatAreNoDistributionAreErrors) {
  const std::vector<int32_t> none;
  for (const float temperature : {0.0f, 0.8f}) {
    Sampler sampler({.temperature = temperature}, 1);
    std::vector<float> row = {1, 2, kNan, 3};
    auto token = sampler.sample(row, none);
    ASSERT_FALSE(token);
    EXPECT_EQ(token.error().code, Code::kInternal);
    EXPECT_EQ(token.error().message, "logits: token 2 has nan");
    row = {1, kInf};
    EXPECT_EQ(sampler.sample(row, none).error().message, "logits: token 1 has inf");
    row = {-kInf, -kInf};
    EXPECT_EQ(sampler.sample(row, none).error().message,
              "logits: every token is impossible (-inf)");
    row = {-kInf, -kInf, -1e30f};
    EXPECT_EQ(*sampler.sample(row, none), 2);
  }
}

TEST(Sampler, SameSeedAndPositionSameToken) {
  Rng rng(5);
  std::vector<float> logits(500);
  for (float& x : logits) x = static_cast<float>(rng.gaussian());
  const SamplingParams params{.temperature = 2, .top_k = 0, .top_p = 1, .min_p = 0};
  std::set<int32_t> seen;
  for (size_t position = 1; position < 40; ++position) {
    const std::vector<int32_t> tokens(position, 7);
    Sampler fresh(params, 42);
    std::vector<float> row = logits;
    const int32_t token = *fresh.sample(row, tokens);
    Sampler used(params, 42);
    for (int i = 0; i < 3; ++i) {  // draws leave no trace
      row = logits;
      EXPECT_EQ(*used.sample(row, tokens), token);
    }
    seen.insert(token);
  }
  EXPECT_GT(seen.size(), 10u);
}

TEST(SamplingParams, EveryFieldHasARange) {
  EXPECT_TRUE(check(SamplingParams{}));
  const auto message = [](auto change) {
    SamplingParams params;
    change(params);
    const auto ok = check(params);
    return ok ? std::string("accepted") : ok.error().message;
  };
  EXPECT_EQ(message([](auto& p) { p.temperature = -0.1f; }),
            "temperature is -0.1, must be 0 to 100");
  EXPECT_EQ(message([](auto& p) { p.temperature = kNan; }), "temperature is nan, must be 0 to 100");
  EXPECT_EQ(message([](auto& p) { p.top_k = -1; }), "top_k is -1, must be at least 0");
  EXPECT_EQ(message([](auto& p) { p.top_p = 1.5f; }), "top_p is 1.5, must be 0 to 1");
  EXPECT_EQ(message([](auto& p) { p.min_p = -kInf; }), "min_p is -inf, must be 0 to 1");
  EXPECT_EQ(message([](auto& p) { p.repeat_penalty = 0; }),
            "repeat_penalty is 0, must be 0.01 to 100");
  EXPECT_EQ(message([](auto& p) { p.repeat_last_n = -2; }),
            "repeat_last_n is -2, must be at least -1");
  EXPECT_EQ(message([](auto& p) { p.temperature = 0; }), "accepted");
  EXPECT_EQ(message([](auto& p) { p.top_p = 0; }), "accepted");
  EXPECT_EQ(message([](auto& p) { p.repeat_penalty = 0.01f; }), "accepted");
}

}  // namespace
}  // namespace realm
