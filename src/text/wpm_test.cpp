#include <gtest/gtest.h>

#include "realm/tokenizer.hpp"
#include "text/small_vocab.hpp"

namespace realm {
namespace {

using testing::Ids;
using testing::numbers;
using testing::VocabBuilder;

// As files have it: U+2581 begins words.
VocabBuilder wpm() {
  VocabBuilder b("bert");
  for (const char* name : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) {
    b.add(name, TokenType::kControl);
  }
  for (const char* token : {"▁un", "▁a", "aff", "able", "a", "▁,", "▁漢", "▁naive", "▁'", "▁["}) {
    b.add(token);  // 5..14
  }
  b.data.scores.clear();
  return b;
}

constexpr EncodeOptions kPlain = {.add_special = false};

TEST(Wpm, WritesWordsInTheLongestTokens) {
  const Tokenizer t = wpm().build();
  EXPECT_EQ(numbers(t.encode("unaffable a", kPlain)), (Ids{5, 7, 8, 6}));
  EXPECT_EQ(numbers(t.encode("unaffables a", kPlain)), (Ids{1, 6}));  // a rest: wholly unknown
  EXPECT_EQ(numbers(t.encode("able", kPlain)), (Ids{1}));             // no token begins a word so
  EXPECT_EQ(numbers(t.encode("", kPlain)), Ids{});
  EXPECT_EQ(numbers(t.encode(" \t\n", kPlain)), Ids{});
  const std::string longest(100, 'a'), longer(101, 'a');
  EXPECT_EQ(numbers(t.encode(longest, kPlain)).size(), 100u);
  EXPECT_EQ(numbers(t.encode(longer, kPlain)), (Ids{1}));
}

TEST(Wpm, FoldsAndCutsAsBertDoes) {
  const Tokenizer t = wpm().build();
  EXPECT_EQ(numbers(t.encode("A,a", kPlain)), (Ids{6, 10, 6}));
  EXPECT_EQ(numbers(t.encode("Na\u00EFve nai\u0308ve", kPlain)), (Ids{12, 12}));
  EXPECT_EQ(numbers(t.encode("a漢a", kPlain)), (Ids{6, 11, 6}));
  EXPECT_EQ(numbers(t.encode("n\u00ADai\u200Bve", kPlain)), (Ids{12}));  // format characters go
  EXPECT_EQ(numbers(t.encode("a\u3000a\u00A0a", kPlain)), (Ids{6, 6, 6}));
  EXPECT_EQ(numbers(t.encode("na\xFFive", kPlain)), (Ids{12}));
  VocabBuilder cased = wpm();
  cased.data.lowercase = false;
  EXPECT_EQ(numbers(cased.build().encode("A na\u00EFve a", kPlain)), (Ids{1, 1, 6}));
  cased.data.strip_accents = true;
  EXPECT_EQ(numbers(cased.build().encode("A na\u00EFve a", kPlain)), (Ids{1, 12, 6}));
}

TEST(Wpm, AFileThatDoesNotSayIsCasedWhenItsTokensAre) {
  VocabBuilder b = wpm();
  EXPECT_EQ(numbers(b.build().encode("A", kPlain)), (Ids{6}));
  const int32_t id = static_cast<int32_t>(b.add("▁Apple"));
  b.data.scores.clear();
  EXPECT_EQ(numbers(b.build().encode("A Apple", kPlain)), (Ids{1, id}));
}

TEST(Wpm, TextsStandBetweenClsAndSep) {
  VocabBuilder b = wpm();
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{2, 6, 3}));
  EXPECT_EQ(numbers(b.build().encode("")), (Ids{2, 3}));
  EXPECT_TRUE(b.build().adds_sep());
  b.data.eos = 3, b.data.add_eos = true;  // the same token by another name
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{2, 6, 3}));
  b.data.eos = 0;
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{2, 6, 3, 0}));
  b.data.add_eos = false, b.data.add_bos = false, b.data.add_sep = false;
  EXPECT_EQ(numbers(b.build().encode("a")), (Ids{6}));
}

TEST(Wpm, SpecialTokensAreInsideTheVocabulary) {
  for (const auto id : {&VocabData::sep, &VocabData::cls, &VocabData::mask}) {
    VocabBuilder b = wpm();
    b.data.*id = 15;
    const auto refused = Tokenizer::create(b.data);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("token is 15"), std::string::npos);
    b.data.model = "llama", b.data.scores.assign(15, 0);  // which has no use for them
    EXPECT_TRUE(Tokenizer::create(b.data));
  }
}

TEST(Wpm, SpecialTokensComeFromTextOnlyOnRequest) {
  VocabBuilder b = wpm();
  b.data.token_types.clear();  // older files: found by name, made control tokens
  const Tokenizer t = b.build();
  EXPECT_EQ(numbers(t.encode("[MASK]", kPlain)), (Ids{14, 1, 1}));
  EXPECT_EQ(numbers(t.encode("a [MASK] a", {.add_special = false, .parse_special = true})),
            (Ids{6, 4, 6}));
}

TEST(Wpm, UserDefinedTokensAreCutOutOfTheTextAsItIs) {
  VocabBuilder b = wpm();
  const int32_t id = static_cast<int32_t>(b.add("▁A,a", TokenType::kUserDefined));
  b.data.scores.clear();
  const Tokenizer t = b.build();
  EXPECT_EQ(numbers(t.encode("aA,a", kPlain)), (Ids{6, id}));
  EXPECT_EQ(t.decode({TokenId{6}, TokenId{id}}), "a A,a");
}

TEST(Wpm, UnderstandsTheSpellingOfBertsOwnFiles) {
  VocabBuilder b("bert");
  for (const char* token : {"[UNK]", "un", "##a", "a", "##", "#"}) b.add(token);
  b.data.scores.clear();
  const Tokenizer t = b.build();
  EXPECT_EQ(numbers(t.encode("una a #", kPlain)), (Ids{1, 2, 3, 5}));
  EXPECT_EQ(t.decode({TokenId{1}, TokenId{2}, TokenId{3}}), "una a");
}

TEST(Wpm, WhatHasNoTokenIsDroppedOrRefused) {
  VocabBuilder b("bert");
  b.add("▁a");
  b.data.scores.clear();
  EXPECT_EQ(numbers(b.build().encode("a b a")), (Ids{0, 0}));
  const auto strict = b.build().encode("a b", {.drop_inexpressible = false});
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, Code::kUnsupported);
}

TEST(Wpm, DecodesToWordsWithSpaces) {
  const Tokenizer t = wpm().build();
  const auto ids = t.encode("Unaffable, a");
  ASSERT_TRUE(ids);
  EXPECT_EQ(t.decode(*ids), "unaffable , a");
  EXPECT_EQ(t.decode(*ids, {.render_special = true}), "[CLS]unaffable , a[SEP]");
}

}  // namespace
}  // namespace realm
