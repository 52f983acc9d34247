#include "cli/flags/flags.hpp"

#include <gtest/gtest.h>

#include "cli/flags/closest.hpp"
#include "cli/flags/sampling_flags.hpp"

namespace realm::cli {
namespace {

struct Set {
  Set() {
    flags.positional("MODEL", model, "");
    flags.positional("TEXT", text, "");
    flags.whole("-n,--count", "N", count, {0, 100}, "");
    flags.number("--heat", "T", heat, {0, 2}, "");
    flags.texts("--stop", "TEXT", stop, "");
    flags.toggle("--json", json, "");
    flags.wholes("--depths", "N", depths, {0, 99}, "");
    flags.choice<int>("--size", "WORD", size, {{"small", 1}, {"large", 9}}, "");
  }
  std::string error(const std::vector<std::string>& words) const {
    const auto parsed = flags.parse(words);
    if (parsed) return "";
    EXPECT_EQ(parsed.error().code, Code::kInvalidArgument);
    return parsed.error().message;
  }

  std::string model;
  std::optional<std::string> text;
  int32_t count = 7;
  std::optional<float> heat;
  std::vector<std::string> stop;
  bool json = false;
  std::optional<int> size;
  std::vector<int32_t> depths{5};
  Flags flags;
};

TEST(Flags, SetsWhatIsGiven) {
  Set set;
  ASSERT_EQ(set.error({"m", "--count=3", "a text", "--heat", "0.5", "--json"}), "");
  EXPECT_EQ(set.model, "m");
  EXPECT_EQ(set.text, "a text");
  EXPECT_EQ(set.count, 3);
  EXPECT_EQ(set.heat, 0.5f);
  EXPECT_TRUE(set.json);
}

TEST(Flags, LeavesTheRestAlone) {
  Set set;
  ASSERT_EQ(set.error({"m"}), "");
  EXPECT_FALSE(set.text || set.heat || set.json);
  EXPECT_EQ(set.count, 7);
}

TEST(Flags, ListsHaveCommas) {
  Set set;
  ASSERT_EQ(set.error({"m", "--depths", "0,99,7"}), "");
  EXPECT_EQ(set.depths, (std::vector<int32_t>{0, 99, 7}));
  ASSERT_EQ(set.error({"m", "--depths", "3"}), "");
  EXPECT_EQ(set.depths, std::vector<int32_t>{3});
  for (const char* words : {"", ",", "1,", ",1", "1,,2", "1, 2", "1;2", "1,x"}) {
    EXPECT_NE(set.error({"m", "--depths", words}).find("is not a whole number"), std::string::npos)
        << words;
  }
  EXPECT_NE(set.error({"m", "--depths", "1,100"}).find("must be between 0 and 99"),
            std::string::npos);
  EXPECT_EQ(set.depths, std::vector<int32_t>{3});
}

TEST(Flags, ChoicesAreWords) {
  Set set;
  ASSERT_EQ(set.error({"m", "--size", "large"}), "");
  EXPECT_EQ(set.size, 9);
  EXPECT_NE(set.error({"m", "--size", "huge"}).find("\"huge\" is not one of small, large"),
            std::string::npos);
}

// Texts are data: brackets, dashes after "--", nothing at all.
TEST(Flags, TextsArriveByteByByte) {
  for (const char* text :
       {"", " ", "[1,2]", "{}", "[]", "a=b", "%%", "\"q\"", "'", "two\nlines", "--"}) {
    Set set;
    ASSERT_EQ(set.error({"m", "--stop", text, "--stop", "x", "--", text}), "") << text;
    EXPECT_EQ(set.stop, (std::vector<std::string>{text, "x"})) << text;
    if (std::string(text) != "--") {
      EXPECT_EQ(set.text, text);
    }
  }
  Set set;
  ASSERT_EQ(set.error({"m", "--", "-dash"}), "");
  EXPECT_EQ(set.text, "-dash");
}

TEST(Flags, HelpIsNoError) {
  Set set;
  for (const char* flag : {"-h", "--help"}) {
    const auto parsed = set.flags.parse({flag});
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(*parsed);
  }
}

TEST(Flags, ErrorsNameTheFlagAndTheFault) {
  const Set set;
  const std::pair<std::vector<std::string>, std::vector<std::string>> cases[] = {
      {{}, {"MODEL", "required"}},
      {{"m", "-n", "x"}, {"--count", "\"x\"", "whole number"}},
      {{"m", "-n", "1.5"}, {"--count", "\"1.5\"", "whole number"}},
      {{"m", "-n", ""}, {"--count", "whole number"}},
      {{"m", "-n", "99999999999999999999"}, {"--count", "whole number"}},
      {{"m", "-n", "101"}, {"--count", "between 0 and 100"}},
      {{"m", "-n", "-1"}, {"--count", "between 0 and 100"}},
      {{"m", "-n"}, {"--count", "1 required"}},
      {{"m", "--heat", "nan"}, {"--heat", "not a number"}},
      {{"m", "--heat", "hot"}, {"--heat", "\"hot\"", "not a number"}},
      {{"m", "--heat", "2.1"}, {"--heat", "between 0 and 2"}},
      {{"m", "--heat", "inf"}, {"--heat", "between 0 and 2"}},
      {{"m", "--cuont", "3"}, {"no flag --cuont", "did you mean --count?"}},
      {{"m", "--frobnicate"}, {"no flag --frobnicate"}},
      {{"m", "a", "b"}, {"too many", "\"b\"", "quote"}},
  };
  for (const auto& row : cases) {
    const std::string message = set.error(row.first);
    for (const std::string& part : row.second) {
      EXPECT_NE(message.find(part), std::string::npos) << message << " lacks " << part;
    }
  }
}

TEST(Flags, EachOnlyOnceButStop) {
  const Set set;
  EXPECT_NE(set.error({"m", "-n", "1", "-n", "2"}), "");
  EXPECT_EQ(set.error({"m", "--stop", "a", "--stop", "b"}), "");
}

TEST(Flags, ErrorsUseTheNameThatHelpShows) {
  SamplingFlags sampling;
  Flags flags;
  sampling.declare(flags);
  EXPECT_NE(flags.parse({"--temp", "-1"}).error().message.find("--temperature"), std::string::npos);
}

TEST(SamplingFlags, OverlayDefaults) {
  SamplingFlags sampling;
  Flags flags;
  sampling.declare(flags);
  const SamplingParams model{.temperature = 0.2f, .top_k = 11, .seed = 4};
  EXPECT_EQ(sampling.over(model).top_k, 11);
  ASSERT_TRUE(flags.parse({"--temp", "0", "--top-p", "0.5", "--min-p", "0", "--seed", "9",
                           "--repeat-penalty", "1.1", "--repeat-last-n", "-1"}));
  const SamplingParams mixed = sampling.over(model);
  EXPECT_EQ(mixed.temperature, 0.0f);
  EXPECT_EQ(mixed.top_k, 11);
  EXPECT_EQ(mixed.top_p, 0.5f);
  EXPECT_EQ(mixed.min_p, 0.0f);
  EXPECT_EQ(mixed.repeat_penalty, 1.1f);
  EXPECT_EQ(mixed.repeat_last_n, -1);
  EXPECT_EQ(mixed.seed, 9u);
}

TEST(Closest, FindsTyposAndBeginnings) {
  const std::vector<std::string> words{"run", "inspect", "tokenize", "--max-tokens", "-n"};
  EXPECT_EQ(closest("rnu", words), "");
  EXPECT_EQ(closest("rum", words), "run");
  EXPECT_EQ(closest("inspct", words), "inspect");
  EXPECT_EQ(closest("tokenise", words), "tokenize");
  EXPECT_EQ(closest("--max", words), "--max-tokens");
  EXPECT_EQ(closest("--tok", {"--stop"}), "");
  EXPECT_EQ(closest("", words), "");
  EXPECT_EQ(closest("-x", words), "");
  EXPECT_EQ(closest("something", words), "");
}

}  // namespace
}  // namespace realm::cli
