// What tests of the worker share: a worker with a fake model, and everything its sinks heard.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/testing/test_model.hpp"
#include "engine/worker.hpp"

namespace realm::testing {

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
      : tokenizer(test_tokenizer()), runner(limits), worker(runner, budget) {}

  RequestId add(const Case& c) {
    const RequestId id{++last_id};
    Generation::Plan plan{.prompt = token_ids(c.prompt), .seed = c.seed};
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

constexpr StepLimits kRoomy{.vocab_size = kTestVocab,
                            .context_tokens = 64,
                            .block_tokens = 4,
                            .n_blocks = 100,
                            .max_rows = 64,
                            .max_sequences = 8};

inline Case simple_case(int32_t first_token, int32_t max_tokens) {
  Case c{.prompt = {first_token, 2, 3, 4, 5}, .seed = 9};
  c.request.max_tokens = max_tokens;
  c.request.ignore_end = true;
  return c;
}

}  // namespace realm::testing
