#include <gtest/gtest.h>

#include <random>

#include "realm/tokenizer.hpp"
#include "text/small_charsmap.hpp"
#include "text/small_vocab.hpp"

namespace realm {
namespace {

using testing::Ids;
using testing::numbers;
using testing::spm;
using testing::VocabBuilder;

TEST(Spm, MergesByScoreThenFromTheLeft) {
  const Tokenizer t = spm().build();
  const EncodeOptions plain = {.add_special = false};
  // "ab" and "ba" score alike: the leftmost of the two is joined, then "▁a" has lost its a.
  EXPECT_EQ(numbers(t.encode("ab", plain)), (Ids{259, 262}));
  EXPECT_EQ(numbers(t.encode("aba", plain)), (Ids{259, 265}));
  EXPECT_EQ(numbers(t.encode("bab", plain)), (Ids{259, 263, 261}));
  EXPECT_EQ(numbers(t.encode("aa", plain)), (Ids{264, 260}));
  EXPECT_EQ(numbers(t.encode("cd", plain)), (Ids{259, 267}));
  EXPECT_EQ(numbers(t.encode("  a", plain)), (Ids{266, 264}));
}

TEST(Spm, WritesUnknownCharactersInBytes) {
  const Tokenizer t = spm().build();
  const EncodeOptions plain = {.add_special = false};
  EXPECT_EQ(numbers(t.encode("c", plain)), (Ids{259, 3 + 'c'}));
  EXPECT_EQ(numbers(t.encode("ä", plain)), (Ids{259, 3 + 0xC3, 3 + 0xA4}));
  EXPECT_EQ(numbers(t.encode("\xFF"
                             "ab\xC3",
                             plain)),
            (Ids{259, 3 + 0xFF, 262, 3 + 0xC3}));
}

TEST(Spm, UnknownNeighboursBecomeOneUnknownToken) {
  VocabBuilder b("llama");
  b.data.unk = b.add("<unk>", TokenType::kUnknown);
  b.add("a");
  b.data.add_bos = false;
  b.data.add_space_prefix = false;
  EXPECT_EQ(numbers(b.build().encode("axya")), (Ids{1, 0, 1}));
  b.data.unk.reset();  // found by its type
  EXPECT_EQ(numbers(b.build().encode("axya")), (Ids{1, 0, 1}));
  b.data.token_types[0] = static_cast<int32_t>(TokenType::kUnused);
  EXPECT_EQ(numbers(b.build().encode("axya")), (Ids{1, 1}));
  const auto strict = b.build().encode("axya", {.drop_inexpressible = false});
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, Code::kUnsupported);
}

TEST(Spm, BeginsWithBosAndASpaceAsTheFileSays) {
  VocabBuilder b = spm();
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{1, 264}));
  EXPECT_EQ(numbers(b.build().encode("")), (Ids{1}));
  b.data.add_eos = true;
  b.data.add_space_prefix = false;
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{1, 260, 2}));
  b.data.add_bos = false;
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{260, 2}));
  EXPECT_FALSE(b.build().adds_bos());
}

TEST(Spm, ControlTokensComeFromTextOnlyOnRequest) {
  const Tokenizer t = spm().build();
  const Ids spelled = numbers(t.encode("a</s>", {.add_special = false}));
  for (const int32_t id : spelled) EXPECT_EQ(t.type(TokenId{id}) == TokenType::kControl, false);
  EXPECT_GT(spelled.size(), 3u);
  EXPECT_EQ(numbers(t.encode("a</s>b", {.add_special = false, .parse_special = true})),
            (Ids{264, 2, 259, 261}));
  // User-defined tokens are found either way; those of the model itself are within the text,
  EXPECT_EQ(numbers(t.encode("ba  bb", {.add_special = false})), (Ids{259, 261, 268, 261}));
  // behind one that was added to it, by the score that converters give, the text begins anew.
  VocabBuilder added = spm();
  added.data.scores[268] = -1000;
  EXPECT_EQ(numbers(added.build().encode("ba  bb", {.add_special = false})),
            (Ids{259, 261, 268, 259, 261}));
}

TEST(Spm, DecodeTakesOffTheSpaceThatEncodePutThere) {
  const Tokenizer t = spm().build();
  for (const char* text :
       {"", "a", " a", "  a", "ab ba", "a  b", "xa  b a", " \xFF", "äöü 🦙"}) {
    const auto ids = t.encode(text);
    ASSERT_TRUE(ids);
    EXPECT_EQ(t.decode(*ids), text);
  }
  const std::string marked = "<s>ab</s> a";
  const auto ids = t.encode(marked, {.add_special = false, .parse_special = true});
  ASSERT_TRUE(ids);
  EXPECT_EQ(t.decode(*ids, {.render_special = true}), marked);
  EXPECT_EQ(t.decode(*ids), "ab  a");
  EXPECT_EQ(t.decode({TokenId{264}}, {.at_start = false}), " a");
  EXPECT_EQ(t.decode({TokenId{-1}, TokenId{264}, TokenId{1 << 30}}), "a");
}

TEST(Spm, ACharacterMapAndSpacesAreHonouredWhereTheFileHasThem) {
  VocabBuilder b = spm();
  const EncodeOptions plain = {.add_special = false};
  b.data.remove_extra_whitespaces = true;
  EXPECT_EQ(numbers(b.build().encode("  a  b ", plain)), (Ids{264, 259, 261}));
  b.data.precompiled_charsmap = testing::small_charsmap({{"B", "b"}});
  EXPECT_EQ(numbers(b.build().encode(" aB ", plain)), (Ids{259, 262}));
}

// Words that come again are not merged again.
TEST(Spm, LongTextsAreTheirWords) {
  const Tokenizer t = spm().build();
  const EncodeOptions plain = {.add_special = false};
  std::string text;
  Ids expected;
  std::mt19937 random(20261124);
  for (int i = 0; i < 20000; ++i) {
    std::string word;
    for (auto n = 1 + random() % 5; n > 0; --n) word += "abcd\xFF"[random() % 5];
    text += i > 0 ? " " + word : word;
    for (const int32_t id : numbers(t.encode(word, plain))) expected.push_back(id);
  }
  EXPECT_EQ(numbers(t.encode(text, plain)), expected);
}

VocabBuilder gemma4() {
  VocabBuilder b("gemma4");
  b.data.unk = b.add("<unk>", TokenType::kUnknown);
  b.data.bos = b.add("<bos>", TokenType::kControl);
  for (const char* token : {"a", "b", "▁", "\n", "ab", "▁ab", "\n\n", "▁▁", "b▁", "ba"})
    b.add(token);
  b.add("<t>", TokenType::kUserDefined);  // 12
  b.data.scores.assign(b.data.tokens.size(), -1000);
  b.data.merges = {"a b", "\n \n", "▁ ▁", "▁ ab", "b ▁", "b a"};
  return b;
}

TEST(Spm, Gemma4ListsItsMerges) {
  VocabBuilder b = gemma4();
  const EncodeOptions plain = {.add_special = false};
  const Tokenizer t = b.build();
  EXPECT_EQ(numbers(t.encode("ab ab", plain)), (Ids{6, 7}));  // no space in front
  EXPECT_EQ(numbers(t.encode("bab", plain)), (Ids{3, 6}));    // "a b" is listed before "b a"
  EXPECT_EQ(numbers(t.encode("b  b b", plain)), (Ids{3, 9, 10, 3}));
  EXPECT_EQ(numbers(t.encode("\n\n\n", plain)), (Ids{8, 5}));
  EXPECT_EQ(numbers(t.encode("a<t>a", plain)), (Ids{2, 12, 2}));
  EXPECT_EQ(numbers(t.encode("axyb", plain)), (Ids{2, 0, 3}));
  EXPECT_EQ(t.decode({TokenId{7}}), " ab");
  b.data.add_bos = false;  // as the first files have it, wrongly
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{1, 2}));
  for (const char* merge : {"", "ab", "a x", "x a", "a a"}) {
    b.data.merges = {merge};
    const auto refused = Tokenizer::create(b.data);
    ASSERT_FALSE(refused) << merge;
    EXPECT_NE(refused.error().message.find("merge 0"), std::string::npos);
  }
}

}  // namespace
}  // namespace realm
