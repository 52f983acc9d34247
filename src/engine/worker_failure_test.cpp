// What the worker makes of steps, logits and sinks that fail: who is to blame ends, nobody else.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
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

// A step fails as long as a certain sequence is in it.
TEST(Worker, OnlyTheSequenceThatFailsEnds) {
  Bench bench(kRoomy, *make_budget(kRoomy, 8, 32));
  std::vector<RequestId> ids;
  for (int32_t i = 0; i < 5; ++i) ids.push_back(bench.add(simple_case(100 + i, 10)));
  for (int i = 0; i < 4; ++i) bench.step();
  const std::vector<int32_t> third = bench.heard[ids[2]].tokens;
  bench.runner.fault = [&](const Step& step) -> Result<void> {
    for (size_t row = 0; row < step.tokens.size(); ++row) {
      if (step.tokens[row] == third.back() &&
          step.positions[row] == 4 + static_cast<int32_t>(third.size())) {
        return Error{Code::kOutOfMemory, "row refused"};
      }
    }
    return {};
  };
  while (!bench.worker.idle() && !HasFatalFailure()) bench.step();
  for (size_t i = 0; i < ids.size(); ++i) {
    SCOPED_TRACE(i);
    if (i != 2) {
      bench.expect_own_answer(ids[i]);
      continue;
    }
    const Heard& h = bench.heard[ids[i]];
    ASSERT_EQ(h.finishes, 1);
    EXPECT_EQ(h.finish->reason, FinishReason::kError);
    ASSERT_TRUE(h.finish->error);
    EXPECT_EQ(h.finish->error->message, "row refused");
    EXPECT_EQ(h.tokens, third);
  }
  EXPECT_EQ(bench.worker.stats().cache_pages_used, 0);
}

TEST(Worker, APromptThatFailsLeavesItsNeighboursAlone) {
  Bench bench(kRoomy, *make_budget(kRoomy, 8, 32));
  std::vector<RequestId> ids;
  for (int32_t i = 0; i < 3; ++i) ids.push_back(bench.add(simple_case(100 + i, 3)));
  bench.runner.fault = [](const Step& step) -> Result<void> {
    if (std::ranges::count(step.tokens, 101) == 0 || step.positions[0] != 0) return {};
    return Error{Code::kUnsupported, "not this prompt"};
  };
  bench.step();
  EXPECT_EQ(bench.runner.runs, 4);  // together, then one by one
  while (!bench.worker.idle() && !HasFatalFailure()) bench.step();
  bench.expect_own_answer(ids[0]);
  bench.expect_own_answer(ids[2]);
  EXPECT_TRUE(bench.heard[ids[1]].tokens.empty());
  EXPECT_EQ(bench.heard[ids[1]].finish->error->message, "not this prompt");
}

TEST(Worker, LogitsThatAreNoneEndTheirSequence) {
  Bench bench(kRoomy, *make_budget(kRoomy, 8, 32));
  const RequestId good = bench.add(simple_case(1, 6));
  const RequestId bad = bench.add(simple_case(2, 6));
  int step_count = 0;
  bench.runner.poison = [&](const Step&, std::span<float> logits) {
    if (++step_count == 3) logits[kTestVocab + 7] = std::numeric_limits<float>::quiet_NaN();
  };
  while (!bench.worker.idle() && !HasFatalFailure()) bench.step();
  bench.expect_own_answer(good);
  const Heard& h = bench.heard[bad];
  EXPECT_EQ(h.tokens.size(), 2u);
  ASSERT_TRUE(h.finish && h.finish->error);
  EXPECT_EQ(h.finish->error->code, Code::kInternal);
  EXPECT_EQ(h.finish->error->message, "logits: token 7 has nan");
}

TEST(Worker, ALostDeviceEndsEverything) {
  Bench bench(kRoomy, *make_budget(kRoomy, 2, 32));
  for (int32_t i = 0; i < 4; ++i) bench.add(simple_case(i, 6));
  bench.step();
  bench.runner.fault = [](const Step&) { return Error{Code::kDeviceLost, "gone"}; };
  const auto lost = bench.worker.step();
  ASSERT_FALSE(lost);
  bench.worker.end_all(FinishReason::kError, lost.error());
  EXPECT_TRUE(bench.worker.idle());
  EXPECT_EQ(bench.worker.check_invariants(), "");
  for (const auto& entry : bench.heard) {
    EXPECT_EQ(entry.second.finishes, 1);
    EXPECT_EQ(entry.second.finish->error->code, Code::kDeviceLost);
  }
  EXPECT_EQ(bench.heard.size(), 4u);
}

TEST(Worker, ASinkThatThrowsEndsItsRequest) {
  Bench bench(kRoomy, *make_budget(kRoomy, 8, 32));
  int calls = 0;
  const Case c = simple_case(1, 6);
  bench.worker.add(std::make_unique<Generation>(
      RequestId{++bench.last_id}, c.request,
      Generation::Plan{.prompt = testing::token_ids(c.prompt), .max_tokens = 6}, bench.tokenizer,
      [&](const Event&) {
        ++calls;
        throw std::runtime_error("no");
      }));
  const RequestId good = bench.add(simple_case(2, 6));
  while (!bench.worker.idle() && !HasFatalFailure()) bench.step();
  EXPECT_EQ(calls, 1);
  bench.expect_own_answer(good);
}

}  // namespace
}  // namespace realm
