#include "text/split/digit_groups.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace realm {
namespace {

std::string cut(DigitGroups::Rule rule, std::string_view text) {
  std::vector<Span> pieces;
  DigitGroups(rule).split(text, {0, text.size()}, pieces);
  std::string out;
  for (const Span& p : pieces) {
    if (!out.empty()) out += '|';
    out += text.substr(p.begin, p.end - p.begin);
  }
  return out;
}

TEST(DigitGroups, NumbersAreGroupedFromTheRight) {
  EXPECT_EQ(cut(DigitGroups::Rule::kNumbers, "a1234567 12\u00BDb"), "a|1|234|567| |12\u00BD|b");
  EXPECT_EQ(cut(DigitGroups::Rule::kNumbers, "123"), "123");
  EXPECT_EQ(cut(DigitGroups::Rule::kNumbers, "none"), "none");
  EXPECT_EQ(cut(DigitGroups::Rule::kNumbers, ""), "");
}

TEST(DigitGroups, OnlyWhereNoLetterFollows) {
  EXPECT_EQ(cut(DigitGroups::Rule::kAtWordEnd, "1234a 1234. 1234_ 12345"),
            "1234a |1|234|. 1234_ |12|345");
  EXPECT_EQ(cut(DigitGroups::Rule::kAtWordEnd, "1234\u0301 123\u00BD 123\u2460"),
            "1234\u0301 123\u00BD |123|\u2460");
}

TEST(DigitGroups, OrOnlyCutInFront) {
  EXPECT_EQ(cut(DigitGroups::Rule::kCutsInFront, "a1234567b"), "a1|234|567b");
  EXPECT_EQ(cut(DigitGroups::Rule::kCutsInFront, "12 123 \u0661\u0662\u0663"),
            "12 |123 |\u0661\u0662\u0663");
}

}  // namespace
}  // namespace realm
