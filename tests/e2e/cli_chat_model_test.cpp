// realm chat with the demo model: what it computes again, and how it is stopped.
#include <cstdio>

#include "cli.hpp"
#include "terminal.hpp"

namespace realm::testing {
namespace {

constexpr const char* kEnter = Terminal::kEnter;
constexpr const char* kCtrlC = Terminal::kCtrlC;

struct Counts {
  int prompt = 0, known = 0, computed = 0, answer = 0;
};
std::vector<Counts> counts_in(const std::string& text) {
  std::vector<Counts> all;
  for (size_t at = 0; (at = text.find("prompt ", at)) != text.npos; ++at) {
    Counts c;
    if (std::sscanf(text.c_str() + at,
                    "prompt %d tokens, %d known, %d computed, %*f tokens/s; answer %d", &c.prompt,
                    &c.known, &c.computed, &c.answer) == 4) {
      all.push_back(c);
    }
  }
  return all;
}

// Everything but the new message and what the template writes round it is known: the last token of
// an answer was sampled and not computed.
TEST(ChatModel, ThePrefixIsNotComputedAgain) {
  REALM_NEEDS_MODEL(model);
  for (const std::string temperature : {"0", "1.3"}) {
    const Outcome chat =
        realm({"chat", model, "--verbose", "--temperature", temperature, "--seed", "3", "-n", "48"},
              {.input = "Name the capital of France.\nAnd of Italy?\nTell me about the sea.\n"
                        "Thank you.\n"});
    ASSERT_TRUE(ended_with(chat, 0));
    if (temperature == "0") {
      EXPECT_TRUE(contains(chat.out, "Paris")) << chat.out;
    }
    const std::vector<Counts> turns = counts_in(chat.err);
    ASSERT_EQ(turns.size(), 4u) << chat.err;
    EXPECT_EQ(turns[0].known, 0);
    for (size_t i = 1; i < turns.size(); ++i) {
      EXPECT_EQ(turns[i].known, turns[i - 1].prompt + turns[i - 1].answer - 1) << chat.err;
      EXPECT_EQ(turns[i].computed, turns[i].prompt - turns[i].known);
      EXPECT_LT(turns[i].computed, 24) << chat.err;
    }
  }
}

// Each story is asked for in an empty conversation, where the model writes until the context is
// full: behind an answer stopped anywhere it may answer with a line, and there is nothing to stop.
TEST(ChatModel, CtrlCStopsTheAnswerTwiceLeaves) {
  REALM_NEEDS_MODEL(model);
  Terminal t({REALM_PROGRAM, "chat", model, "--no-history", "--temperature", "0", "--threads", "1"},
             {{"HOME", "/nonexistent"}});
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("Tell a very long story about a ship.") + kEnter);
  EXPECT_SHOWN(t, "ship.");
  EXPECT_SHOWN(t, " the ");  // it speaks
  t.press(kCtrlC);
  EXPECT_SHOWN(t, "(stopped; Ctrl-C once more leaves)");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/set max_tokens 12") + kEnter);
  EXPECT_SHOWN(t, "(max_tokens is set)");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("And then?") + kEnter);  // the conversation goes on behind the half answer
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/clear") + kEnter);
  EXPECT_SHOWN(t, "a new conversation");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("Name the capital of France.") + kEnter);
  EXPECT_SHOWN(t, "Paris");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/set max_tokens 8000") + kEnter);
  EXPECT_SHOWN(t, "(max_tokens is set)");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("/clear") + kEnter);
  EXPECT_SHOWN(t, "a new conversation");
  EXPECT_PROMPT(t, ">>> ");
  t.press(std::string("Tell a very long story about a house.") + kEnter);
  EXPECT_SHOWN(t, "house.");
  EXPECT_SHOWN(t, " the ");
  t.press(kCtrlC);
  EXPECT_SHOWN(t, "(stopped");
  EXPECT_PROMPT(t, ">>> ");
  t.press(kCtrlC);
  EXPECT_EQ(t.exit_code(), 130);
}

}  // namespace
}  // namespace realm::testing
