#include <gtest/gtest.h>

#include <algorithm>

#include "realm/tokenizer.hpp"
#include "text/small_charsmap.hpp"
#include "text/small_vocab.hpp"

namespace realm {
namespace {

using testing::Ids;
using testing::numbers;
using testing::small_charsmap;
using testing::VocabBuilder;

VocabBuilder ugm() {
  VocabBuilder b("t5");
  b.data.pad = b.add("<pad>", TokenType::kControl);  // 0
  b.data.eos = b.add("</s>", TokenType::kControl);   // 1
  b.data.unk = b.add("<unk>", TokenType::kUnknown);  // 2
  b.add("▁", TokenType::kNormal, -2);                // 3
  b.add("a", TokenType::kNormal, -3);                // 4
  b.add("b", TokenType::kNormal, -3);                // 5
  b.add("ab", TokenType::kNormal, -4);               // 6
  b.add("▁a", TokenType::kNormal, -6);               // 7
  b.add("bab", TokenType::kNormal, -9);              // 8
  b.add("aa", TokenType::kNormal, -3.5);             // 9
  b.add("ü", TokenType::kNormal, -5);                // 10
  b.add("c", TokenType::kUnused, -1);                // 11
  b.add("a-a", TokenType::kUserDefined);             // 12
  b.add("b?", TokenType::kUserDefined, -1000);       // 13: added by a converter
  return b;
}

constexpr EncodeOptions kPlain = {.add_special = false};

TEST(Ugm, TakesTheLikeliestTokens) {
  const Tokenizer t = ugm().build();
  EXPECT_EQ(numbers(t.encode("ab", kPlain)), (Ids{3, 6}));      // -6, not "▁a" "b" -9
  EXPECT_EQ(numbers(t.encode("a", kPlain)), (Ids{3, 4}));       // -5, not "▁a" -6
  EXPECT_EQ(numbers(t.encode("bab", kPlain)), (Ids{3, 5, 6}));  // -9, not "▁" "bab" -11
  EXPECT_EQ(numbers(t.encode("ü", kPlain)), (Ids{3, 10}));
  // Equally likely: the way whose last token begins first.
  EXPECT_EQ(numbers(t.encode("aaa", kPlain)), (Ids{3, 4, 9}));
}

TEST(Ugm, UnknownNeighboursAreOneUnknownToken) {
  VocabBuilder b = ugm();
  EXPECT_EQ(numbers(b.build().encode("axyza", kPlain)), (Ids{3, 4, 2, 4}));
  EXPECT_EQ(numbers(b.build().encode("c", kPlain)), (Ids{3, 2}));  // an unused token is none
  b.data.unk.reset();
  b.data.token_types[2] = static_cast<int32_t>(TokenType::kUnused);
  EXPECT_EQ(numbers(b.build().encode("axa", kPlain)), (Ids{3, 4, 4}));
  EXPECT_FALSE(b.build().encode("axa", {.drop_inexpressible = false}));
}

TEST(Ugm, WritesUnknownCharactersInBytesWhereThereAreAll) {
  VocabBuilder b = ugm();
  const int32_t c3 = static_cast<int32_t>(b.add("<0xC3>", TokenType::kByte));
  EXPECT_EQ(numbers(b.build().encode("ä", kPlain)), (Ids{3, 2}));
  const int32_t a4 = static_cast<int32_t>(b.add("<0xA4>", TokenType::kByte));
  EXPECT_EQ(numbers(b.build().encode("ää", kPlain)), (Ids{3, c3, a4, c3, a4}));
  EXPECT_EQ(b.build().decode({TokenId{3}, TokenId{c3}, TokenId{a4}}), "ä");
}

TEST(Ugm, SpacesAreAsTheFileSays) {
  VocabBuilder b = ugm();
  EXPECT_EQ(numbers(b.build().encode("  a  b ", kPlain)), (Ids{3, 4, 3, 5}));
  EXPECT_EQ(numbers(b.build().encode("   ", kPlain)), Ids{});
  b.data.remove_extra_whitespaces = false;
  EXPECT_EQ(numbers(b.build().encode(" a  b ", kPlain)), (Ids{3, 3, 4, 3, 3, 5, 3}));
  b.data.add_space_prefix = false;
  EXPECT_EQ(numbers(b.build().encode("a b", kPlain)), (Ids{4, 3, 5}));
  EXPECT_EQ(b.build().decode({TokenId{3}, TokenId{4}}), " a");
}

TEST(Ugm, TextsEndWithEosAndBeginWithBosOnlyOnWish) {
  VocabBuilder b = ugm();
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{3, 4, 1}));
  EXPECT_EQ(numbers(b.build().encode("")), (Ids{1}));
  b.data.bos = 0, b.data.add_bos = true;  // as XLM-RoBERTa has it
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{0, 3, 4, 1}));
  b.data.add_eos = false;
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{0, 3, 4}));
}

TEST(Ugm, UserDefinedTokensWin) {
  VocabBuilder b = ugm();
  EXPECT_EQ(numbers(b.build().encode("aa-aa", kPlain)), (Ids{3, 4, 12, 4}));
  // Those that were added cut the text before it is normalized, which begins anew behind them.
  EXPECT_EQ(numbers(b.build().encode("ab?a", kPlain)), (Ids{3, 4, 13, 3, 4}));
  EXPECT_EQ(numbers(b.build().encode("a</s>a", {.add_special = false, .parse_special = true})),
            (Ids{3, 4, 1, 3, 4}));
  // The charsmap does not touch them.
  b.data.precompiled_charsmap = small_charsmap({{"-", "+"}, {"A", "a"}});
  EXPECT_EQ(numbers(b.build().encode("Aa-aA-", kPlain)), (Ids{3, 4, 12, 4, 2}));
}

TEST(Ugm, NormalizesByTheCharsmap) {
  VocabBuilder b = ugm();
  b.data.precompiled_charsmap =
      small_charsmap({{"A", "a"}, {"\t", " "}, {"u\u0308", "ü"}, {"\u200B", ""}, {"ﬀ", "a  b"}});
  const Tokenizer t = b.build();
  EXPECT_EQ(numbers(t.encode("Ab\tA", kPlain)), (Ids{3, 6, 3, 4}));
  EXPECT_EQ(numbers(t.encode("u\u0308", kPlain)), (Ids{3, 10}));
  EXPECT_EQ(numbers(t.encode("\u200B \tA\u200B\t", kPlain)), (Ids{3, 4}));
  EXPECT_EQ(numbers(t.encode("ﬀ", kPlain)), (Ids{3, 4, 3, 3, 5}));  // within one entry they stay
  EXPECT_EQ(numbers(t.encode("\t\t", kPlain)), Ids{});
  EXPECT_EQ(numbers(t.encode("\xFF\xFF", kPlain)), (Ids{3, 2}));
  b.data.precompiled_charsmap.pop_back();
  const auto spoiled = Tokenizer::create(b.data);
  ASSERT_FALSE(spoiled);
  EXPECT_NE(spoiled.error().message.find("precompiled_charsmap"), std::string::npos);
}

// Beyond some 20 KB sums begin anew; the tokens of a text of equal words stay equal.
TEST(Ugm, LongTextsAreEncodedAsWellAsShortOnes) {
  VocabBuilder b = ugm();
  b.data.scores[8] = -7.01f;  // "bab": better than "b" "ab" by 0.01 only, which long sums hide
  b.data.scores[6] = -4.02f;
  for (const char* word : {"bab ", "babü"}) {
    const Ids one = numbers(b.build().encode(word, kPlain));
    std::string text;
    for (int i = 0; i < 50000; ++i) text += word;
    const Ids all = numbers(b.build().encode(text, kPlain));
    const size_t eights = static_cast<size_t>(std::count(all.begin(), all.end(), 8));
    EXPECT_EQ(eights, std::count(one.begin(), one.end(), 8) * 50000u) << word;
    EXPECT_EQ(eights, 50000u) << word;
  }
}

TEST(Ugm, ScoresAreNeeded) {
  VocabBuilder b = ugm();
  b.data.scores.clear();
  const auto refused = Tokenizer::create(b.data);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("scores are missing"), std::string::npos);
}

}  // namespace
}  // namespace realm
