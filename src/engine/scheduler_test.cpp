#include "engine/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/testing/fake_runner.hpp"
#include "engine/testing/test_rng.hpp"

namespace realm {
namespace {

using testing::FakeRunner;

int32_t next_token(std::span<const int32_t> tokens) {
  return static_cast<int32_t>(FakeRunner::chain_of(tokens) % 3);  // few: prefixes come again
}

// A run of the scheduler alone: sequences that grow by next_token() until they are long enough.
struct Simulation {
  struct Entry {
    Sequence sequence;
    size_t prompt = 0;
    size_t want = 0;  // tokens in the end
    int32_t last_computed = 0;
  };

  Simulation(const StepLimits& limits, const Budget& own, uint64_t mask)
      : runner(limits), budget(own), pool(limits.n_blocks, limits.block_tokens, mask) {}

  void add(std::vector<int32_t> prompt, size_t want) {
    auto entry = std::make_unique<Entry>();
    entry->sequence.id = SeqId{next_id++};
    entry->prompt = prompt.size();
    entry->sequence.tokens = std::move(prompt);
    entry->want = want;
    queues.waiting.push_back(&entry->sequence);
    entries[entry->sequence.id] = std::move(entry);
  }

  void remove(SeqId id) {
    retire(entries.at(id)->sequence, queues, pool);
    entries.erase(id);
  }

  void step() {
    const StepPlan plan = schedule(queues, pool, budget);
    ASSERT_FALSE(plan.work.empty()) << "nobody moves";
    preemptions += plan.preempted.size();
    check_plan(plan);
    std::vector<float> logits(plan.step.logit_rows.size() *
                              static_cast<size_t>(runner.limits().vocab_size));
    const auto ok = runner.run(plan.step, logits);
    ASSERT_TRUE(ok) << ok.error().message;
    commit(plan, pool, budget);
    log.push_back(plan.step.tokens);
    for (const Work& work : plan.work) {
      if (work.logits < 0) continue;
      Sequence& s = *work.sequence;
      const Entry& entry = *entries.at(s.id);
      if (s.tokens.size() < entry.want) s.tokens.push_back(next_token(s.tokens));
      if (s.tokens.size() < entry.want) continue;
      done[s.id] = s.tokens;
      cached += static_cast<size_t>(s.cached_tokens);
      ASSERT_LT(static_cast<size_t>(s.cached_tokens), entry.prompt);
      remove(s.id);
    }
    check_account();
  }

  void check_plan(const StepPlan& plan) const {
    ASSERT_LE(plan.step.tokens.size(), static_cast<size_t>(budget.max_rows));
    ASSERT_LE(plan.work.size(), static_cast<size_t>(budget.max_running));
    for (const Work& work : plan.work) {
      const Sequence& s = *work.sequence;
      ASSERT_EQ(work.first, s.computed);
      const int32_t end = work.first + work.count;
      // A chunk goes to its fixed edge or to the end of what is known.
      ASSERT_TRUE(end == s.n_tokens() || end % budget.chunk_tokens == 0);
      ASSERT_EQ(work.first / budget.chunk_tokens, (end - 1) / budget.chunk_tokens);
      ASSERT_EQ(work.logits >= 0, end == s.n_tokens());
    }
    // The oldest is always served.
    const auto oldest = std::ranges::min_element(
        entries, {}, [](const auto& entry) { return entry.second->sequence.id; });
    const auto served = [&](const Work& w) { return w.sequence->id == oldest->first; };
    ASSERT_TRUE(std::ranges::any_of(plan.work, served));
  }

  void check_account() {
    ASSERT_EQ(pool.check_invariants(), "");
    std::map<int32_t, int32_t> holders;
    for (const auto& entry : entries) {
      for (const BlockId id : entry.second->sequence.blocks) ++holders[raw(id)];
    }
    for (int32_t i = 0; i < pool.n_blocks(); ++i) {
      ASSERT_EQ(pool.refs(BlockId{i}), holders[i]) << "page " << i;
    }
    ASSERT_TRUE(std::ranges::is_sorted(queues.running, {}, &Sequence::id));
    ASSERT_TRUE(std::ranges::is_sorted(queues.waiting, {}, &Sequence::id));
    ASSERT_EQ(queues.running.size() + queues.waiting.size(), entries.size());
  }

  FakeRunner runner;
  Budget budget;
  BlockPool pool;
  SequenceQueues queues;
  std::map<SeqId, std::unique_ptr<Entry>> entries;
  std::map<SeqId, std::vector<int32_t>> done;
  std::vector<std::vector<int32_t>> log;
  uint64_t next_id = 0;
  size_t preemptions = 0;
  size_t cached = 0;
};

struct Outcome {
  std::vector<std::vector<int32_t>> log;
  size_t preemptions = 0;
  size_t cached = 0;
};

Outcome simulate(uint64_t seed) {
  Rng rng(seed);
  const auto below = [&](int n) { return static_cast<int32_t>(rng.below(n)); };
  StepLimits limits{.vocab_size = 4};
  limits.block_tokens = 1 + below(5);
  limits.context_tokens = 8 + below(40);
  const int32_t least = (limits.context_tokens + limits.block_tokens - 1) / limits.block_tokens;
  limits.n_blocks = least + below(3 * least);
  limits.max_rows = 1 + below(24);
  limits.max_sequences = 1 + below(8);
  auto budget = make_budget(limits, 1 + below(8), 1 + below(16));
  EXPECT_TRUE(budget);
  budget->share_prefixes = below(4) > 0;
  const uint64_t mask = below(2) == 0 ? ~uint64_t{0} : uint64_t{1};
  Simulation sim(limits, *budget, mask);

  std::map<SeqId, std::vector<int32_t>> expected;
  int to_come = 25;
  for (int steps = 0; to_come > 0 || !sim.entries.empty(); ++steps) {
    EXPECT_LT(steps, 20000) << "somebody never finishes";
    if (steps >= 20000) break;
    while (to_come > 0 && (sim.entries.empty() || below(3) == 0)) {
      --to_come;
      std::vector<int32_t> prompt(static_cast<size_t>(1 + below(limits.context_tokens)));
      const int32_t kind = below(3);
      for (size_t i = 0; i < prompt.size(); ++i) {
        prompt[i] = kind < 2 ? kind : below(3);  // many prompts begin alike
      }
      const auto room = limits.context_tokens - static_cast<int32_t>(prompt.size());
      const size_t want = prompt.size() + static_cast<size_t>(below(room + 1));
      std::vector<int32_t>& all = expected[SeqId{sim.next_id}];
      all = prompt;
      while (all.size() < want) all.push_back(next_token(all));
      sim.add(std::move(prompt), want);
    }
    if (below(20) == 0) {  // somebody goes away
      const auto victim =
          std::next(sim.entries.begin(), below(static_cast<int>(sim.entries.size())));
      expected.erase(victim->first);
      sim.remove(victim->first);
      sim.check_account();
      if (sim.entries.empty()) continue;
    }
    sim.step();
    if (::testing::Test::HasFatalFailure()) break;
  }
  EXPECT_EQ(sim.done, expected);
  EXPECT_EQ(sim.pool.n_free(), sim.pool.n_blocks()) << "a page leaked";
  return {std::move(sim.log), sim.preemptions, sim.cached};
}

TEST(Scheduler, EverySequenceFinishesWithItsOwnTokens) {
  size_t preemptions = 0;
  size_t cached = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Outcome outcome = simulate(seed);
    preemptions += outcome.preemptions;
    cached += outcome.cached;
    if (HasFailure()) return;
    if (seed % 10 != 0) continue;
    EXPECT_EQ(simulate(seed).log, outcome.log) << "not deterministic";
  }
  EXPECT_GT(preemptions, 100u);
  EXPECT_GT(cached, 1000u);
}

Budget budget_of(int32_t max_rows, int32_t max_running, int32_t chunk_tokens) {
  return {.max_rows = max_rows, .max_running = max_running, .chunk_tokens = chunk_tokens};
}

TEST(Scheduler, PromptsAreCutAtFixedEdges) {
  const StepLimits limits{.vocab_size = 4,
                          .context_tokens = 64,
                          .block_tokens = 4,
                          .n_blocks = 32,
                          .max_rows = 16,
                          .max_sequences = 4};
  Simulation sim(limits, budget_of(16, 4, 8), ~uint64_t{0});
  sim.add(std::vector<int32_t>(20, 1), 22);
  sim.step();
  sim.step();
  sim.step();
  ASSERT_EQ(sim.log.size(), 3u);
  EXPECT_EQ(sim.log[0].size(), 8u);
  EXPECT_EQ(sim.log[1].size(), 8u);
  EXPECT_EQ(sim.log[2].size(), 4u);
}

TEST(Scheduler, AFinishedPromptIsFoundAgain) {
  const StepLimits limits{.vocab_size = 4,
                          .context_tokens = 64,
                          .block_tokens = 4,
                          .n_blocks = 32,
                          .max_rows = 32,
                          .max_sequences = 4};
  Simulation sim(limits, budget_of(32, 4, 16), ~uint64_t{0});
  const std::vector<int32_t> prompt(16, 1);
  sim.add(prompt, 17);
  sim.step();
  ASSERT_EQ(sim.done.size(), 1u);
  // All four pages are known, but the last token is computed anyhow: it gives the logits.
  sim.add(prompt, 17);
  sim.step();
  EXPECT_EQ(sim.log.back().size(), 4u);
  EXPECT_EQ(sim.cached, 12u);
  sim.budget.share_prefixes = false;
  sim.add(prompt, 17);
  sim.step();
  EXPECT_EQ(sim.log.back().size(), 16u);
}

// Not a token is computed twice when a conversation goes on: the page that was not full is written
// on.
TEST(Scheduler, AConversationGoesOnWhereItStood) {
  const StepLimits limits{.vocab_size = 4,
                          .context_tokens = 64,
                          .block_tokens = 8,
                          .n_blocks = 8,
                          .max_rows = 64,
                          .max_sequences = 4};
  Simulation sim(limits, budget_of(64, 4, 61), ~uint64_t{0});
  std::vector<int32_t> prompt = {0, 1, 2};
  for (size_t turn = 0; turn < 5; ++turn) {
    const size_t want = prompt.size() + 7;
    const size_t known = turn == 0 ? 0 : prompt.size() - 3;  // the last answer's end and two more
    sim.log.clear();
    sim.add(prompt, want);
    while (!sim.entries.empty() && !HasFatalFailure()) sim.step();
    size_t rows = 0;
    for (const auto& tokens : sim.log) rows += tokens.size();
    EXPECT_EQ(rows, want - 1 - known) << "turn " << turn;
    prompt = sim.done.rbegin()->second;
    prompt.insert(prompt.end(), {2, 1});
  }
}

TEST(Scheduler, TheYoungestGivesWay) {
  const StepLimits limits{.vocab_size = 4,
                          .context_tokens = 8,
                          .block_tokens = 2,
                          .n_blocks = 4,
                          .max_rows = 16,
                          .max_sequences = 4};
  Budget budget = budget_of(16, 4, 4);
  budget.share_prefixes = false;
  Simulation sim(limits, budget, ~uint64_t{0});
  sim.add({0, 1, 2}, 8);
  sim.add({2}, 4);
  sim.step();
  EXPECT_EQ(sim.queues.running.size(), 2u);
  while (!sim.entries.empty() && !HasFatalFailure()) sim.step();
  EXPECT_GT(sim.preemptions, 0u);
  EXPECT_EQ(sim.done.size(), 2u);
}

TEST(Scheduler, BudgetsFitTheRunner) {
  const StepLimits limits{.vocab_size = 4,
                          .context_tokens = 64,
                          .block_tokens = 4,
                          .n_blocks = 32,
                          .max_rows = 16,
                          .max_sequences = 5};
  auto budget = make_budget(limits, 8, 256);
  ASSERT_TRUE(budget);
  EXPECT_EQ(budget->max_running, 5);
  EXPECT_EQ(budget->chunk_tokens, 12);
  budget = make_budget(limits, 1, 7);
  ASSERT_TRUE(budget);
  EXPECT_EQ(budget->chunk_tokens, 7);
  EXPECT_FALSE(make_budget(limits, 0, 7));
  EXPECT_FALSE(make_budget(limits, 1, 0));
  StepLimits empty = limits;
  empty.n_blocks = 0;
  const auto refused = make_budget(empty, 1, 1);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("n_blocks 0"), std::string::npos);
}

}  // namespace
}  // namespace realm
