#include "cli/chat/input.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace realm::cli {
namespace {

using Kind = ChatInput::Kind;

class FakeLines final : public Lines {
 public:
  explicit FakeLines(std::vector<std::string> texts) : texts_(std::move(texts)) {}
  Line read(const std::string& prompt) override {
    prompts += prompt;
    if (at_ == texts_.size()) return {Line::Kind::kEnd};
    const std::string& text = texts_[at_++];
    if (text == "^C") return {Line::Kind::kInterrupt, "half"};
    return {Line::Kind::kText, text};
  }
  std::string prompts;

 private:
  std::vector<std::string> texts_;
  size_t at_ = 0;
};

struct Expected {
  Kind kind;
  std::string text, rest;
};

void expect(const std::vector<std::string>& lines, const std::vector<Expected>& all) {
  FakeLines fake(lines);
  for (const Expected& want : all) {
    const ChatInput got = read_input(fake);
    EXPECT_EQ(static_cast<int>(got.kind), static_cast<int>(want.kind)) << lines.front();
    EXPECT_EQ(got.text, want.text) << lines.front();
    EXPECT_EQ(got.rest, want.rest) << lines.front();
  }
}

TEST(ChatInput, LinesAreMessages) {
  expect({"", "  ", "Hi, you. ", " /not a command", "two\nlines"},
         {{Kind::kMessage, "Hi, you. ", ""},
          {Kind::kMessage, " /not a command", ""},
          {Kind::kMessage, "two\nlines", ""},
          {Kind::kEnd, "", ""}});
}

TEST(ChatInput, MarksHoldSeveralLines) {
  expect({"\"\"\"a", "", "/b \"\" c\"\"\"", "next"},
         {{Kind::kMessage, "a\n\n/b \"\" c", ""}, {Kind::kMessage, "next", ""}});
  expect({"\"\"\"", "  a", "b ", "\"\"\"  "}, {{Kind::kMessage, "  a\nb ", ""}});
  expect({"\"\"\"one line\"\"\""}, {{Kind::kMessage, "one line", ""}});
  expect({"\"\"\"", "\"\"\"", "\"\"\"\"\"\"", "x"}, {{Kind::kMessage, "x", ""}});
  expect({"\"\"\"a", "b"}, {{Kind::kUnclosed, "", ""}});
  FakeLines fake({"\"\"\"a", "b\"\"\""});
  read_input(fake);
  EXPECT_EQ(fake.prompts, ">>> ... ");
}

TEST(ChatInput, SlashesAreCommands) {
  expect({"/bye", "/set  system  Be brief. ", "/ x", "/set system \"\"\"a", "b\"\"\"", "/?"},
         {{Kind::kCommand, "bye", ""},
          {Kind::kCommand, "set", "system  Be brief."},
          {Kind::kCommand, "", "x"},
          {Kind::kCommand, "set", "system a\nb"},
          {Kind::kCommand, "?", ""}});
  expect({"/set system \"\"\"a"}, {{Kind::kUnclosed, "", ""}});
}

TEST(ChatInput, InterruptsTellWhatWasThere) {
  expect({"^C", "\"\"\"a", "^C", "b"},
         {{Kind::kInterrupt, "half", ""}, {Kind::kInterrupt, "a", ""}, {Kind::kMessage, "b", ""}});
}

TEST(ChatInput, FirstWordAndTheRest) {
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(first_word(""), Pair("", ""));
  EXPECT_EQ(first_word("  "), Pair("", ""));
  EXPECT_EQ(first_word(" a"), Pair("a", ""));
  EXPECT_EQ(first_word("a\t b  c \n"), Pair("a", "b  c"));
}

}  // namespace
}  // namespace realm::cli
