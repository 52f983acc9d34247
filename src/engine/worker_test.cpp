#include "engine/worker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/test_model.hpp"

namespace realm {
namespace {

using testing::expect_answer;
using testing::Expected;
using testing::FakeRunner;
using testing::kTestVocab;

// What a sink heard of one request.
struct Heard {
  std::vector<int32_t> tokens;
  std::string text;
  std::optional<Finish> finish;
  int finishes = 0;
  int after_finish = 0;

  void take(const Event& event) {
    if (finish) ++after_finish;
    if (event.token) tokens.push_back(index(*event.token));
    text += event.text;
    if (!event.finish) return;
    finish = event.finish;
    ++finishes;
  }
};

struct Case {
  Request request = {};
  std::vector<int32_t> prompt = {};
  uint64_t seed = 0;
};

// A worker and everything its sinks heard.
struct Bench {
  Bench(const StepLimits& limits, const Budget& budget)
      : tokenizer(testing::test_tokenizer()), runner(limits), worker(runner, budget) {}

  RequestId add(const Case& c) {
    const RequestId id{++last_id};
    Generation::Plan plan{.prompt = testing::token_ids(c.prompt), .seed = c.seed};
    const int32_t room = runner.limits().context_tokens - static_cast<int32_t>(c.prompt.size());
    plan.max_tokens = std::min(room, c.request.max_tokens.value_or(room));
    plan.to_context = plan.max_tokens == room;
    worker.add(std::make_unique<Generation>(id, c.request, std::move(plan), tokenizer,
                                            [this](const Event& e) { heard[e.request].take(e); }));
    cases[id] = c;
    return id;
  }
  Expected expected(RequestId id) const {
    const Case& c = cases.at(id);
    return expect_answer(c.request, c.prompt, c.seed, runner.limits().context_tokens);
  }
  void step() {
    const auto ok = worker.step();
    ASSERT_TRUE(ok) << ok.error().message;
    ASSERT_EQ(worker.check_invariants(), "");
  }
  void expect_own_answer(RequestId id) {
    const Heard& h = heard[id];
    const Expected want = expected(id);
    ASSERT_EQ(h.finishes, 1);
    EXPECT_EQ(h.after_finish, 0);
    EXPECT_EQ(h.tokens, want.tokens);
    EXPECT_EQ(h.text, want.text);
    EXPECT_EQ(to_string(h.finish->reason), std::string(to_string(want.reason)));
    EXPECT_EQ(h.finish->answer_tokens, static_cast<int32_t>(want.tokens.size()));
    EXPECT_EQ(h.finish->prompt_tokens, static_cast<int32_t>(cases[id].prompt.size()));
    EXPECT_LT(h.finish->cached_tokens, h.finish->prompt_tokens);
    EXPECT_EQ(h.finish->seed, cases[id].seed);
  }

  Tokenizer tokenizer;
  FakeRunner runner;
  Worker worker;
  std::map<RequestId, Heard> heard;
  std::map<RequestId, Case> cases;
  uint64_t last_id = 0;
};

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

constexpr StepLimits kRoomy{.vocab_size = kTestVocab,
                            .context_tokens = 64,
                            .block_tokens = 4,
                            .n_blocks = 100,
                            .max_rows = 64,
                            .max_sequences = 8};

Case simple_case(int32_t first_token, int32_t max_tokens) {
  Case c{.prompt = {first_token, 2, 3, 4, 5}, .seed = 9};
  c.request.max_tokens = max_tokens;
  c.request.ignore_end = true;
  return c;
}

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
