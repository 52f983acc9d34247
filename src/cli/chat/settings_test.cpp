#include "cli/chat/settings.hpp"

#include <gtest/gtest.h>

#include <map>

namespace realm::cli {
namespace {

std::string error(ChatSettings& settings, const std::string& name, const std::string& value) {
  const auto done = settings.set(name, value);
  if (done) return "";
  EXPECT_EQ(done.error().code, Code::kInvalidArgument);
  return done.error().message;
}

std::map<std::string, std::string> listed(const ChatSettings& settings) {
  ModelInfo model;
  model.sampling.temperature = 0.25f;
  const auto list = settings.list(model);
  return {list.begin(), list.end()};
}

TEST(ChatSettings, EachCanBeSetShownAndTakenBack) {
  const std::map<std::string, std::string> values = {
      {"system", "Be."},       {"max_tokens", "7"},    {"stop", "###"},   {"temperature", "0.5"},
      {"top_k", "3"},          {"top_p", "0.125"},     {"min_p", "0.25"}, {"seed", "11"},
      {"repeat_penalty", "2"}, {"repeat_last_n", "-1"}};
  ChatSettings settings;
  const auto before = listed(settings);
  EXPECT_EQ(before.at("temperature"), "0.25");
  for (const auto& [name, shown] : before) {
    ASSERT_TRUE(values.contains(name)) << name;
    EXPECT_EQ(error(settings, name, values.at(name)), "");
    auto after = before;
    const bool quotes = name == "system" || name == "stop";
    after[name] = quotes ? '"' + values.at(name) + '"' : values.at(name);
    EXPECT_EQ(listed(settings), after);
    EXPECT_EQ(error(settings, name, "default"), "");
    EXPECT_EQ(listed(settings), before);
  }
  EXPECT_EQ(before.size(), values.size());
}

TEST(ChatSettings, NamesAreThoseOfTheFlags) {
  ChatSettings settings;
  EXPECT_EQ(error(settings, "top-k", "3"), "");
  EXPECT_EQ(settings.sampling.top_k, 3);
  EXPECT_EQ(error(settings, "temp", "0"), "");
  EXPECT_EQ(settings.sampling.temperature, 0.0f);
  EXPECT_EQ(error(settings, "temp", "default"), "");
  EXPECT_FALSE(settings.sampling.temperature);
  EXPECT_EQ(error(settings, "stop", "a"), "");
  EXPECT_EQ(error(settings, "stop", "b"), "");
  EXPECT_EQ(settings.stop, (std::vector<std::string>{"a", "b"}));
}

TEST(ChatSettings, WrongValuesChangeNothing) {
  ChatSettings settings;
  EXPECT_EQ(error(settings, "temperature", "hot"), "temperature: \"hot\" is not a number");
  EXPECT_EQ(error(settings, "top_p", "2"), "top_p: must be between 0 and 1");
  EXPECT_EQ(error(settings, "tpo_k", "2"), "no setting tpo_k; did you mean top_k?");
  EXPECT_EQ(error(settings, "n", "2"), "no setting n");
  EXPECT_EQ(listed(settings), listed(ChatSettings()));
}

}  // namespace
}  // namespace realm::cli
