#include "text/jinja/json.hpp"

#include <gtest/gtest.h>

#include <string>

#include "text/jinja/template.hpp"

namespace realm::jinja {
namespace {

// As Python's repr() shows it.
std::string shown(std::string_view json) {
  const auto value = read_json(json);
  if (!value) return "error: " + value.error().message;
  return *Template::parse("{{ [x] }}")->render({{"x", *value}});
}

TEST(ReadJson, Values) {
  EXPECT_EQ(shown(" null "), "[None]");
  EXPECT_EQ(shown("[true,false]"), "[[True, False]]");
  EXPECT_EQ(shown("[0,-1,12345678901,1.5,1e3,-2.5E-3]"),
            "[[0, -1, 12345678901, 1.5, 1000.0, -0.0025]]");
  EXPECT_EQ(shown("[NaN,Infinity,-Infinity,1e999]"), "[[nan, inf, -inf, inf]]");
  EXPECT_EQ(shown("9223372036854775807"), "[9223372036854775807]");
  EXPECT_EQ(shown("9223372036854775808"), "[9223372036854775808]");
  EXPECT_EQ(shown("[-9223372036854775809, 123456789012345678901234567890]"),
            "[[-9223372036854775809, 123456789012345678901234567890]]");
  EXPECT_EQ(shown(std::string(4300, '7')), "[" + std::string(4300, '7') + "]");
  EXPECT_NE(shown(std::string(4301, '7')).find("Exceeds the limit (4300 digits)"),
            std::string::npos);
  EXPECT_EQ(shown("{}"), "[{}]");
  EXPECT_EQ(shown("{\"b\" : [ ] , \"a\":{\"c\":1}}"), "[{'b': [], 'a': {'c': 1}}]");
  EXPECT_EQ(shown("{\"a\":1,\"b\":2,\"a\":3}"), "[{'a': 3, 'b': 2}]");
}

TEST(ReadJson, Text) {
  const auto text = [](std::string_view json) { return read_json(json)->string(); };
  EXPECT_EQ(text(R"("a\"\\\/\b\f\n\r\t")"), "a\"\\/\b\f\n\r\t");
  EXPECT_EQ(text(R"("\u0041\u00e9\u4f60")"), "Aé你");
  EXPECT_EQ(text(R"("\ud83e\udd80")"), "🦀");
  EXPECT_EQ(text("\"é你🦀\""), "é你🦀");
  EXPECT_EQ(text(R"("\u0000x")"), std::string("\0x", 2));
}

TEST(ReadJson, Refuses) {
  for (const char* bad :
       {"",           " ",           "{",         "[",         "]",        "[1",
        "[1,",        "[1,]",        "{\"a\"",    "{\"a\":",   "{\"a\":1", "{\"a\":1,",
        "{\"a\":1,}", "{a:1}",       "{1:2}",     "\"",        "\"\\",     "\"\\x\"",
        "\"\\u12\"",  "\"\\u12g4\"", "nul",       "truefalse", "1 2",      "+1",
        "01",         "1.",          ".5",        "1e",        "-",        "--1",
        "0x1",        "[1 2]",       "{\"a\" 1}", "'a'",       "\"a\nb\"", "\"a\tb\""}) {
    const auto value = read_json(bad);
    ASSERT_FALSE(value) << bad;
    EXPECT_EQ(value.error().code, Code::kInvalidArgument);
    EXPECT_NE(value.error().message.find(" at byte "), std::string::npos) << bad;
  }
}

TEST(ReadJson, DepthIsBounded) {
  const auto nest = [](size_t depth) {
    return read_json(std::string(depth, '[') + std::string(depth, ']')).has_value();
  };
  EXPECT_TRUE(nest(512));
  EXPECT_FALSE(nest(514));
  EXPECT_FALSE(nest(1'000'000));
}

}  // namespace
}  // namespace realm::jinja
