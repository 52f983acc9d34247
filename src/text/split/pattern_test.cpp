#include "text/split/pattern.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace realm {
namespace {

using Words = std::vector<std::string>;

Words pieces_of(std::string_view pattern, std::string_view text,
                Pattern::Unit unit = Pattern::Unit::kCharacter) {
  const auto compiled = Pattern::compile(pattern, unit);
  if (!compiled) return {compiled.error().message};
  std::vector<Span> pieces;
  compiled->split(text, {0, text.size()}, pieces);
  Words out;
  for (const Span& p : pieces) out.emplace_back(text.substr(p.begin, p.end - p.begin));
  return out;
}

TEST(Pattern, AlternativesAreTriedInTheirOrder) {
  EXPECT_EQ(pieces_of("a|ab|abc", "abc"), (Words{"a", "bc"}));
  EXPECT_EQ(pieces_of("(?:a|ab)(?:c|bcd)x?", "abcd"), (Words{"abcd"}));
  EXPECT_EQ(pieces_of("abcd|ab|c", "abcx"), (Words{"ab", "c", "x"}));
  EXPECT_EQ(pieces_of("a*b|a", "aaac"), (Words{"a", "a", "a", "c"}));
}

TEST(Pattern, QuantifiersTakeAsMuchAsTheyCan) {
  EXPECT_EQ(pieces_of("a{2,3}", "aaaaaaa"), (Words{"aaa", "aaa", "a"}));
  EXPECT_EQ(pieces_of("a{2}", "aaaaa"), (Words{"aa", "aa", "a"}));
  EXPECT_EQ(pieces_of("[ab]*b", "abaab!"), (Words{"abaab", "!"}));
  EXPECT_EQ(pieces_of("x(?:ab?)*", "xaabab-"), (Words{"xaabab", "-"}));
  EXPECT_EQ(pieces_of("(?:a*)*b", "aaab"), (Words{"aaab"}));
}

TEST(Pattern, LooksAheadOneCharacter) {
  EXPECT_EQ(pieces_of(R"(\s+(?!\S)|\s+)", "   a"), (Words{"  ", " ", "a"}));
  EXPECT_EQ(pieces_of(R"(\s+(?!\S)|\s+)", "   "), (Words{"   "}));
  EXPECT_EQ(pieces_of("a+(?=b)", "aaabaa"), (Words{"aaa", "baa"}));
  EXPECT_EQ(pieces_of("a+$", "aa\naab"), (Words{"aa", "\naab"}));
}

TEST(Pattern, ClassesAreSetsOfCharacters) {
  EXPECT_EQ(pieces_of(R"([^\s\p{L}]+)", "ab12 \u00BD!c"), (Words{"ab", "12", " ", "\u00BD!", "c"}));
  EXPECT_EQ(pieces_of(R"([\p{L}&&[^\p{Han}a]]+)", "ba\u6F22z"), (Words{"b", "a\u6F22", "z"}));
  EXPECT_EQ(pieces_of(R"([a[b-d]\-\]x-]+)", "ab-]dx~"), (Words{"ab-]dx", "~"}));
  EXPECT_EQ(pieces_of(R"([\x{4E00}-\x{9FFF}]+)", "a\u4E00\u9FFFb"),
            (Words{"a", "\u4E00\u9FFF", "b"}));
  EXPECT_EQ(pieces_of("(?i:'s|k)", "'S'\u017F\u212A's"), (Words{"'S", "'\u017F", "\u212A", "'s"}));
}

TEST(Pattern, BytesCanBeTheUnit) {
  EXPECT_EQ(pieces_of(R"([0-9\x{BC}]+)", "a1\u043C2", Pattern::Unit::kByte),
            (Words{"a", "1", "\xD0",
                   "\xBC"
                   "2"}));
}

TEST(Pattern, EmptyMatchesCutNothing) {
  EXPECT_EQ(pieces_of("b*", "\u00E4bb\u00E4"), (Words{"\u00E4", "bb", "\u00E4"}));
  EXPECT_EQ(pieces_of("b*", ""), Words{});
}

// What an attempt has read in vain is not read again, and that loses no match.
TEST(Pattern, LongFailedAttemptsAreRemembered) {
  for (const size_t n : {15u, 16u, 17u, 63u, 64u, 65u, 66u, 200u, 3000u}) {
    const std::string spaces(n, ' ');
    EXPECT_EQ(pieces_of(R"(\s+$)", spaces + "1" + spaces), (Words{spaces + "1", spaces})) << n;
    Words jumps;
    for (size_t i = 0; i < n; i += 2) jumps.push_back(std::string(std::min<size_t>(2, n - i), ' '));
    EXPECT_EQ(pieces_of(R"(\s*\n|\s{1,2})", spaces), jumps) << n;
    EXPECT_EQ(pieces_of(R"(\s*\n|\s{1,2})", spaces + "\n"), (Words{spaces + "\n"})) << n;
    Words both = jumps;
    both.push_back("x");
    both.push_back(spaces + "\n");
    EXPECT_EQ(pieces_of(R"(\s*\n|\s{1,2})", spaces + "x" + spaces + "\n"), both) << n;
  }
}

TEST(Pattern, WhatItCannotDoIsRefusedWithItsPlace) {
  for (const char* pattern :
       {"a(b", "a)", "a**", "a+?", "a++", "[a", "a{3,2}", "a{9999}", R"(\p{Foo})", R"(\q)",
        "(?<=a)b", "(?=ab)", "\\", "(?x)", "[z-a]", ".", "^a", R"(\x{110000})", "\xFF"}) {
    const auto refused = Pattern::compile(pattern);
    ASSERT_FALSE(refused) << pattern;
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument) << pattern;
    EXPECT_NE(refused.error().message.find("byte "), std::string::npos) << refused.error().message;
  }
  EXPECT_FALSE(Pattern::compile(std::string(100, '(') + std::string(100, ')')));
  EXPECT_FALSE(Pattern::compile("(?:(?:a{1000}){1000}){1000}"));
}

}  // namespace
}  // namespace realm
