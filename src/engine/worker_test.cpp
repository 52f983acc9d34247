#include "engine/worker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "engine/testing/test_worker.hpp"

namespace realm {
namespace {

using testing::Bench;
using testing::Case;
using testing::Heard;
using testing::kRoomy;
using testing::kTestVocab;
using testing::simple_case;

Case random_case(Rng& rng, int32_t context) {
  Case c;
  c.request = testing::random_request(rng, context, c.prompt);
  c.seed = *c.request.sampling.seed;
  return c;
}

StepLimits random_limits(Rng& rng) {
  const auto below = [&](int n) { return static_cast<int32_t>(rng.below(n)); };
  StepLimits limits{.vocab_size = kTestVocab};
  limits.block_tokens = 1 + below(6);
  limits.context_tokens = 10 + below(30);
  const int32_t least = (limits.context_tokens + limits.block_tokens - 1) / limits.block_tokens;
  limits.n_blocks = least + below(2 * least);
  limits.max_rows = 1 + below(24);
  limits.max_sequences = 1 + below(8);
  return limits;
}

Budget random_budget(Rng& rng, const StepLimits& limits) {
  auto budget = make_budget(limits, static_cast<int32_t>(1 + rng.below(8)),
                            static_cast<int32_t>(1 + rng.below(16)));
  budget->share_prefixes = rng.below(4) > 0;
  return *budget;
}

bool begins_with(const std::vector<int32_t>& all, const std::vector<int32_t>& part) {
  return part.size() <= all.size() && std::equal(part.begin(), part.end(), all.begin());
}

// Random requests at random times into small pools, some cancelled: who finishes has the answer it
// would have had alone, who was cancelled the begin of it.
TEST(Worker, EveryRequestGetsItsOwnAnswer) {
  uint64_t preemptions = 0;
  std::map<FinishReason, int> reasons;
  for (uint64_t seed = 1; seed <= 220; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng(seed);
    const StepLimits limits = random_limits(rng);
    Bench bench(limits, random_budget(rng, limits));
    int to_come = 15;
    while (to_come > 0 || !bench.worker.idle()) {
      while (to_come > 0 && (bench.worker.idle() || rng.below(4) == 0)) {
        --to_come;
        bench.add(random_case(rng, limits.context_tokens));
      }
      if (rng.below(15) == 0) {
        bench.worker.cancel(RequestId{1 + static_cast<uint64_t>(rng.below(15))});
      }
      bench.step();
      if (HasFatalFailure()) return;
    }
    preemptions += bench.worker.stats().preemptions;
    EXPECT_EQ(bench.worker.stats().cache_pages_used, 0);
    for (const auto& entry : bench.cases) {
      SCOPED_TRACE("request " + std::to_string(static_cast<uint64_t>(entry.first)));
      const Heard& h = bench.heard[entry.first];
      ASSERT_TRUE(h.finish);
      ++reasons[h.finish->reason];
      if (h.finish->reason != FinishReason::kCancelled) {
        bench.expect_own_answer(entry.first);
        continue;
      }
      EXPECT_EQ(h.finishes, 1);
      EXPECT_TRUE(begins_with(bench.expected(entry.first).tokens, h.tokens));
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(preemptions, 50u);
  for (const auto reason : {FinishReason::kStopToken, FinishReason::kStopString,
                            FinishReason::kLength, FinishReason::kCancelled}) {
    EXPECT_GT(reasons[reason], 20) << to_string(reason);
  }
}

TEST(Worker, NoTokensAskedForNoneMade) {
  Bench bench(kRoomy, *make_budget(kRoomy, 8, 32));
  const RequestId id = bench.add(simple_case(1, 0));
  while (!bench.worker.idle() && !HasFatalFailure()) bench.step();
  bench.expect_own_answer(id);
  EXPECT_EQ(bench.runner.runs, 1);
  EXPECT_FALSE(bench.heard[id].finish->context_full);
}

TEST(Worker, TheContextIsALength) {
  Bench bench(kRoomy, *make_budget(kRoomy, 8, 32));
  Case c = simple_case(1, 0);
  c.request.max_tokens.reset();
  const RequestId id = bench.add(c);
  while (!bench.worker.idle() && !HasFatalFailure()) bench.step();
  bench.expect_own_answer(id);
  EXPECT_EQ(bench.heard[id].tokens.size(), 59u);
  EXPECT_TRUE(bench.heard[id].finish->context_full);
}

TEST(Worker, ClocksAndCounts) {
  Bench bench(kRoomy, *make_budget(kRoomy, 1, 32));
  const RequestId first = bench.add(simple_case(1, 4));
  const RequestId second = bench.add(simple_case(1, 4));  // the same prompt: one page is found
  EXPECT_EQ(bench.worker.stats().waiting, 2);
  bench.step();
  EXPECT_EQ(bench.worker.stats().running, 1);
  EXPECT_EQ(bench.worker.stats().waiting, 1);
  while (!bench.worker.idle() && !HasFatalFailure()) bench.step();
  const Finish& a = *bench.heard[first].finish;
  const Finish& b = *bench.heard[second].finish;
  EXPECT_EQ(a.cached_tokens, 0);
  EXPECT_EQ(b.cached_tokens, 4);
  EXPECT_GE(b.queue_seconds, a.prompt_seconds + a.decode_seconds);
  for (const Finish& f : {a, b}) {
    EXPECT_GT(f.prompt_seconds, 0);
    EXPECT_GT(f.decode_seconds, 0);
  }
}

}  // namespace
}  // namespace realm
