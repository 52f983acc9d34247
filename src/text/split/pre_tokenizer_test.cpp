#include "text/split/pre_tokenizer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace realm {
namespace {

std::vector<std::string> words_of(const char* name, std::string_view text) {
  const PreTokenizerRow* row = find_pre_tokenizer(name);
  if (!row) return {"no such pre-tokenizer"};
  const auto pre_tokenizer = PreTokenizer::create(*row);
  if (!pre_tokenizer) return {pre_tokenizer.error().message};
  std::vector<Span> words;
  pre_tokenizer->split(text, words);
  std::vector<std::string> out;
  for (const Span& word : words) out.emplace_back(text.substr(word.begin, word.end - word.begin));
  return out;
}

using Words = std::vector<std::string>;

// Expected words by PyPI tokenizers' pre_tokenize_str of the published pipelines.
TEST(PreTokenizer, CutsAsThePublishedPipelines) {
  const std::string text = "I'LL pay  1234 for\n\n it!\r\n\tnow";
  EXPECT_EQ(words_of("gpt-2", text), (Words{"I", "'", "LL", " pay", " ", " 1234", " for", "\n\n",
                                            " it", "!", "\r\n", "\t", "now"}));
  EXPECT_EQ(words_of("llama-bpe", text), (Words{"I", "'LL", " pay", " ", " ", "123", "4", " for",
                                                "\n\n", " it", "!\r\n", "\tnow"}));
  EXPECT_EQ(words_of("smollm", text), (Words{"I", "'", "LL", " pay", "  ", "1", "2", "3", "4",
                                             " for", "\n\n", " it", "!", "\r\n", "\t", "now"}));
}

TEST(PreTokenizer, WhiteSpaceIsTheUnicodeProperty) {
  // U+0085 and U+3000 are white space; U+180E has not been since Unicode 6.3, U+200B never was.
  EXPECT_EQ(words_of("gpt-2", "a\u0085b"), (Words{"a", "\u0085", "b"}));
  EXPECT_EQ(words_of("gpt-2", "!\u3000!"), (Words{"!", "\u3000", "!"}));
  EXPECT_EQ(words_of("gpt-2", "!\u180E!\u200B!"), (Words{"!\u180E!\u200B!"}));
}

TEST(PreTokenizer, KnowsLettersAndDigitsOfUnicode16) {
  EXPECT_EQ(words_of("gpt-2", "a\U000105C0\U00031350b"), (Words{"a\U000105C0\U00031350b"}));
  EXPECT_EQ(words_of("smollm", "\U0001E5F1\U0001E5F2"), (Words{"\U0001E5F1", "\U0001E5F2"}));
}

TEST(PreTokenizer, BytesThatAreNotUtf8AreWordsOfTheirOwn) {
  EXPECT_EQ(words_of("gpt-2", "ab\xFF\xC3zz\xE2\x82"), (Words{"ab", "\xFF\xC3", "zz", "\xE2\x82"}));
  EXPECT_EQ(words_of("smollm", "\x80"), (Words{"\x80"}));
  EXPECT_EQ(words_of("llama-bpe", ""), Words{});
  EXPECT_EQ(words_of("gpt-2", std::string("a\0b", 3)), (Words{"a", std::string(1, '\0'), "b"}));
}

}  // namespace
}  // namespace realm
