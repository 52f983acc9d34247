#include <gtest/gtest.h>

#include "realm/tokenizer.hpp"
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
  // User-defined tokens are found either way.
  EXPECT_EQ(numbers(t.encode("ba  bb", {.add_special = false})), (Ids{259, 261, 268, 259, 261}));
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

}  // namespace
}  // namespace realm
