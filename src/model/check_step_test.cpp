#include "model/check_step.hpp"

#include <gtest/gtest.h>

namespace realm {
namespace {

const StepLimits kLimits{.vocab_size = 10,
                         .context_tokens = 20,
                         .block_tokens = 8,
                         .n_blocks = 5,
                         .max_rows = 6,
                         .max_sequences = 2};

Step good() {
  return Step{.tokens = {1, 2, 9},
              .positions = {7, 8, 19},
              .sequences = {0, 0, 1},
              .block_tables = {{4, 3}, {0, 1, 2}},
              .logit_rows = {2, 0}};
}

std::string story(const Step& step, size_t n_logits = 20) {
  const auto ok = check_step(step, kLimits, n_logits, kLimits.vocab_size);
  return ok ? "" : ok.error().message;
}

TEST(CheckStep, AcceptsWhatItsLimitsAllow) {
  EXPECT_EQ(story(good()), "");
  EXPECT_EQ(story(Step{}, 0), "");
}

TEST(CheckStep, NamesTheRowAndTheNumber) {
  const auto with = [](auto edit) {
    Step step = good();
    edit(step);
    return story(step);
  };
  EXPECT_EQ(with([](Step& s) { s.tokens[1] = 10; }), "step: row 1: token 10 of 10");
  EXPECT_EQ(with([](Step& s) { s.tokens[0] = -1; }), "step: row 0: token -1 of 10");
  EXPECT_EQ(with([](Step& s) { s.positions[2] = 20; }), "step: row 2: position 20 of 20");
  EXPECT_EQ(with([](Step& s) { s.positions[0] = -7; }), "step: row 0: position -7 of 20");
  EXPECT_EQ(with([](Step& s) { s.positions[1] = 16; }),
            "step: row 1: sequence 0 has no page for position 16");
  EXPECT_EQ(with([](Step& s) { s.positions[1] = 7; }), "step: row 1: position 7 follows 7");
  EXPECT_EQ(with([](Step& s) { s.sequences[2] = 2; }), "step: row 2: sequence 2 of 2");
  EXPECT_EQ(with([](Step& s) { s.sequences[2] = -1; }), "step: row 2: sequence -1 of 2");
  EXPECT_EQ(with([](Step& s) {
              s.sequences = {1, 0, 1};
            }),
            "step: row 2: sequence 1 stands in two places");
  EXPECT_EQ(with([](Step& s) { s.block_tables[0][1] = 5; }), "step: sequence 0 names page 5 of 5");
  EXPECT_EQ(with([](Step& s) { s.block_tables[1].push_back(3); }),
            "step: sequence 1 has 4 pages, at most 3");
  EXPECT_EQ(with([](Step& s) { s.block_tables.push_back({}); }), "step: 3 sequences, at most 2");
  EXPECT_EQ(with([](Step& s) { s.logit_rows[0] = 3; }), "step: logits of row 3 of 3");
  EXPECT_EQ(with([](Step& s) { s.logit_rows[0] = -1; }), "step: logits of row -1 of 3");
  EXPECT_EQ(with([](Step& s) { s.positions.pop_back(); }),
            "step: 3 tokens, 2 positions, 3 sequences");
  EXPECT_EQ(with([](Step& s) { s.tokens.resize(7); }), "step: 7 rows, at most 6");
  EXPECT_EQ(story(good(), 19), "step: room for 19 results, needed 2 x 10");
}

TEST(CheckStep, WholeSequencesBeginAtZeroWithoutGaps) {
  StepLimits limits = kLimits;
  limits.whole_sequences = true;
  const auto with = [&](std::vector<int32_t> positions) {
    Step step = good();
    step.positions = std::move(positions);
    const auto ok = check_step(step, limits, 20, limits.vocab_size);
    return ok ? "" : ok.error().message;
  };
  EXPECT_EQ(with({0, 1, 0}), "");
  EXPECT_EQ(with({0, 1, 1}),
            "step: row 2: position 1 of a sequence that has to be whole, expected 0");
  EXPECT_EQ(with({0, 2, 0}),
            "step: row 1: position 2 of a sequence that has to be whole, expected 1");
}

}  // namespace
}  // namespace realm
