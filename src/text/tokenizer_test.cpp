#include "realm/tokenizer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "text/small_vocab.hpp"

namespace realm {
namespace {

using testing::byte_bpe;
using testing::Ids;
using testing::numbers;
using testing::spm;
using testing::VocabBuilder;

TEST(Vocabulary, KnowsWhatEndsAnAnswer) {
  VocabBuilder b = byte_bpe("gpt-2");
  b.data.eos = b.add("</s>", TokenType::kControl);  // 256
  b.add("<|im_end|>", TokenType::kControl);         // 257
  b.add("<|eot_id|>", TokenType::kUserDefined);     // 258: made control
  b.add("<|im_start|>", TokenType::kControl);       // 259
  b.add("<end_of_turn>");                           // 260: plain text here
  const Tokenizer t = b.build();
  for (const int32_t id : {256, 257, 258}) EXPECT_TRUE(t.is_end_of_generation(TokenId{id})) << id;
  for (const int32_t id : {-1, 0, 259, 260, 261}) {
    EXPECT_FALSE(t.is_end_of_generation(TokenId{id})) << id;
  }
  EXPECT_EQ(numbers(t.encode("<|eot_id|>")).size(), 10u);
  EXPECT_EQ(t.find("<|im_start|>"), TokenId{259});
  EXPECT_EQ(t.find("<|im_star|>"), std::nullopt);
}

TEST(Vocabulary, ContradictionsAreRefused) {
  const auto refused = [](const std::function<void(VocabData&)>& spoil, Code code,
                          const char* story) {
    VocabData data = spm().data;
    spoil(data);
    const auto tokenizer = Tokenizer::create(std::move(data));
    ASSERT_FALSE(tokenizer) << story;
    EXPECT_EQ(tokenizer.error().code, code) << tokenizer.error().message;
    EXPECT_NE(tokenizer.error().message.find(story), std::string::npos)
        << tokenizer.error().message;
  };
  refused([](VocabData& d) { d.tokens.clear(); }, Code::kCorruptFile, "no tokens");
  refused([](VocabData& d) { d.scores.pop_back(); }, Code::kCorruptFile, "268 scores for 269");
  refused([](VocabData& d) { d.scores.clear(); }, Code::kCorruptFile, "scores are missing");
  refused([](VocabData& d) { d.scores[260] = NAN; }, Code::kCorruptFile, "token 260");
  refused([](VocabData& d) { d.token_types.pop_back(); }, Code::kCorruptFile, "268 types for 269");
  refused([](VocabData& d) { d.token_types[5] = 7; }, Code::kCorruptFile, "token 5 has type 7");
  refused([](VocabData& d) { d.tokens[5] = "<0xG1>"; }, Code::kCorruptFile, "byte token 5");
  refused([](VocabData& d) { d.bos = 269; }, Code::kCorruptFile, "begin token is 269");
  refused([](VocabData& d) { d.eot = 4294967295u; }, Code::kCorruptFile, "4294967295");
  refused([](VocabData& d) { d.add_bos = true, d.bos.reset(), d.tokens[1] = "x"; },
          Code::kCorruptFile, "BOS");
  refused([](VocabData& d) { d.add_eos = true, d.eos.reset(), d.tokens[2] = "x"; },
          Code::kCorruptFile, "EOS");
  refused([](VocabData& d) { d.model = "rwkv"; }, Code::kUnsupported, "\"rwkv\"");
  refused([](VocabData& d) { d.model = "gpt2", d.pre = "who"; }, Code::kUnsupported, "\"who\"");
  for (const char* merge : {"", "a", "a ", " a"}) {
    refused(
        [&](VocabData& d) {
          d.model = "gpt2", d.pre = "gpt-2";
          d.merges = {"a b", merge};
        },
        Code::kCorruptFile, "merge 1");
  }
}

TEST(Vocabulary, AMissingPreTokenizerIsReportedAndAnUnknownOneRefused) {
  EXPECT_EQ(testing::byte_bpe("gpt-2").build().fallback(), "");
  const Tokenizer old = testing::byte_bpe("").build();
  EXPECT_NE(old.fallback().find("tokenizer.ggml.pre"), std::string::npos);
  EXPECT_EQ(testing::numbers(old.encode("a")), testing::Ids{'a'});
  const auto unknown = Tokenizer::create(testing::byte_bpe("gpt-17").data);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::kUnsupported);
  EXPECT_NE(unknown.error().message.find("\"gpt-17\""), std::string::npos);
  EXPECT_NE(unknown.error().message.find("qwen2"), std::string::npos);
}

TEST(Tokenizer, MarkedControlTokensAreText) {
  constexpr std::string_view kMark = "\uFDD0";
  VocabBuilder b = byte_bpe("gpt-2");
  b.add("<|a|>", TokenType::kControl);     // 256
  b.add("|><|", TokenType::kControl);      // 257: may overlap 256 at both ends
  b.add("!", TokenType::kControl);         // 258: nothing fits between its characters
  b.add("\n\n", TokenType::kUserDefined);  // 259
  const Tokenizer bpe = b.build();
  const Tokenizer llama = spm().build();
  const char* const parts[] = {"<|a|>", "|><|", "!",   "\n\n", "<", "|",
                               "a",     "</s>", "<s>", " ",    "ä"};
  std::mt19937 random(20261124);
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (auto n = random() % 8; n > 0; --n) text += parts[random() % std::size(parts)];
    for (const Tokenizer& t : {bpe, llama}) {
      const std::string marked = t.mark_control(text, kMark);
      const EncodeOptions trusted = {.add_special = false, .parse_special = true, .mark = kMark};
      ASSERT_EQ(numbers(t.encode(marked, trusted)), numbers(t.encode(text, {.add_special = false})))
          << text;
    }
    // Between trusted control tokens only those are seen.
    const std::string mixed = "<|a|>" + bpe.mark_control(text, kMark) + "<|a|>";
    const auto ids = numbers(bpe.encode(mixed, {.parse_special = true, .mark = kMark}));
    ASSERT_EQ(std::ranges::count_if(ids, [](int32_t id) { return id >= 256 && id != 259; }), 2)
        << text;
  }
}

TEST(Tokenizer, IsSharedByThreads) {
  VocabBuilder b = byte_bpe("smollm");
  b.data.merges = {"Ġ t", "h e", "Ġt he"};
  b.add("Ġt"), b.add("he"), b.add("Ġthe");
  const Tokenizer shared = b.build();
  const std::string text = "the cat, the hat; the 1234 mats <|x|> \xFF";
  const Ids expected = numbers(shared.encode(text));
  std::vector<std::thread> threads;
  std::vector<int> same(4);
  for (int& count : same) {
    threads.emplace_back([&count, &expected, &text, tokenizer = shared] {
      for (int i = 0; i < 200; ++i) {
        const auto ids = tokenizer.encode(text);
        if (!ids || tokenizer.decode(*ids) != text) continue;
        StreamDecoder stream(tokenizer);
        for (const TokenId id : *ids) (void)stream.feed(id);
        count += ids->size() == expected.size();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(same, std::vector<int>(4, 200));
}

std::string streamed(const Tokenizer& tokenizer, const std::vector<int>& ids,
                     DecodeOptions options = {}) {
  StreamDecoder stream(tokenizer, options);
  std::string parts;
  for (const int id : ids) parts += stream.feed(TokenId{id}) + "|";
  return parts + stream.flush();
}

TEST(StreamDecoder, HoldsBackUntilACharacterIsWhole) {
  const Tokenizer t = byte_bpe("gpt-2").build();
  EXPECT_EQ(streamed(t, {'a', 0xC3, 0xA4, 'b'}), "a||ä|b|");
  EXPECT_EQ(streamed(t, {0xF0, 0x9F, 0xA6, 0x99}), "|||🦙|");
  // One U+FFFD for each maximal subpart, as soon as it is certain.
  EXPECT_EQ(streamed(t, {0xF0, 0x9F, 'x'}), "||\uFFFDx|");
  EXPECT_EQ(streamed(t, {0xFF, 0xE2, 0xC3, 0xA4}), "\uFFFD||\uFFFD|ä|");
  EXPECT_EQ(streamed(t, {0xE2, 0x82}), "||\uFFFD");
  EXPECT_EQ(streamed(t, {0xE0, 0x80}), "|\uFFFD\uFFFD|");
}

TEST(StreamDecoder, StripsTheFirstSpaceOnce) {
  const Tokenizer t = spm().build();
  EXPECT_EQ(streamed(t, {1, 264, 264}), "|a| a|");
  EXPECT_EQ(streamed(t, {264}, {.at_start = false}), " a|");
  EXPECT_EQ(streamed(t, {1, 264, 2, 264}, {.render_special = true}), "<s>|a|</s>|a|");
  EXPECT_EQ(streamed(t, {266, 260}), " |a|");
  StreamDecoder again(t);
  EXPECT_EQ(again.feed(TokenId{264}), "a");
  EXPECT_EQ(again.flush(), "");
  EXPECT_EQ(again.feed(TokenId{264}), "a");
}

}  // namespace
}  // namespace realm
