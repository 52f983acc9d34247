#include <gtest/gtest.h>

#include <string>

#include "realm/tokenizer.hpp"
#include "text/byte_level.hpp"
#include "text/small_vocab.hpp"

namespace realm {
namespace {

using testing::byte_bpe;
using testing::Ids;
using testing::numbers;
using testing::VocabBuilder;

TEST(ByteBpe, TheAlphabetIsGpt2s) {
  std::string out;
  for (const int byte : {0x00, 0x0A, 0x20, 0x21, 0x7F, 0xA0, 0xAD, 0xFF}) {
    append_byte_level(static_cast<uint8_t>(byte), out);
  }
  EXPECT_EQ(out, "ĀĊĠ!ġłŃÿ");
  EXPECT_EQ(byte_level_decode(out), std::string("\0\n !\x7F\xA0\xAD\xFF", 8));
  EXPECT_EQ(byte_level_decode("漢"), std::nullopt);
  EXPECT_EQ(byte_level_decode("\xC4"), std::nullopt);
}

TEST(ByteBpe, MergesByRank) {
  VocabBuilder b = byte_bpe("gpt-2");
  b.add("bc");    // 256
  b.add("ab");    // 257
  b.add("Ġabc");  // 258
  b.add("Ġa");    // 259
  b.data.merges = {"b c", "a b", "Ġ a", "Ġa bc"};
  const Tokenizer t = b.build();
  EXPECT_EQ(numbers(t.encode("abc abc ab")), (Ids{'a', 256, 258, ' ', 257}));
  EXPECT_EQ(numbers(t.encode("ä\xFF")), (Ids{0xC3, 0xA4, 0xFF}));
}

TEST(ByteBpe, AWholeWordIsItsTokenWhereMergesAreIgnored) {
  for (const char* pre : {"gpt-2", "llama-bpe"}) {
    VocabBuilder b = byte_bpe(pre);
    b.add("abc");  // 256, no merge makes it
    const Ids expected =
        pre[0] == 'l' ? Ids{256, ' ', 'a', 'b'} : Ids{'a', 'b', 'c', ' ', 'a', 'b'};
    EXPECT_EQ(numbers(b.build().encode("abc ab")), expected);
  }
}

TEST(ByteBpe, AMergeWithoutATokenFallsBackToBytes) {
  VocabBuilder b = byte_bpe("gpt-2");
  b.data.merges = {"a b", "ab c"};
  b.add("abc");
  EXPECT_EQ(numbers(b.build().encode("abc ab")), (Ids{256, ' ', 'a', 'b'}));
}

TEST(ByteBpe, AMissingByteIsDroppedOrRefused) {
  VocabBuilder b("gpt2", "gpt-2");
  b.data.unk = b.add("<|endoftext|>", TokenType::kControl);
  b.add("!");
  b.add("!!");
  b.data.merges = {"! !"};
  const Tokenizer t = b.build();
  // As in PyPI tokenizers the neighbours of what is left out are neighbours.
  EXPECT_EQ(numbers(t.encode("!?!")), (Ids{2}));
  EXPECT_EQ(numbers(t.encode("?")), Ids{});
  EXPECT_FALSE(t.encode("!?!", {.drop_inexpressible = false}));
}

TEST(ByteBpe, ControlTokensAreNeverMadeByMerges) {
  VocabBuilder b = byte_bpe("gpt-2");
  const uint32_t control = b.add("<>", TokenType::kControl);
  b.data.merges = {"< >"};
  const Tokenizer t = b.build();
  EXPECT_EQ(numbers(t.encode("<>")), (Ids{'<', '>'}));
  EXPECT_EQ(numbers(t.encode("<>", {.parse_special = true})), (Ids{static_cast<int32_t>(control)}));
}

TEST(ByteBpe, TheLongestSpecialTokenWins) {
  VocabBuilder b = byte_bpe("gpt-2");
  b.add("<a>", TokenType::kControl);       // 256
  b.add("<a><b>", TokenType::kControl);    // 257
  b.add("<a><", TokenType::kUserDefined);  // 258
  const Tokenizer t = b.build();
  EXPECT_EQ(numbers(t.encode("<a><b>x<a>y", {.parse_special = true})), (Ids{257, 'x', 256, 'y'}));
  EXPECT_EQ(numbers(t.encode("<a><b>")), (Ids{258, 'b', '>'}));
}

}  // namespace
}  // namespace realm
