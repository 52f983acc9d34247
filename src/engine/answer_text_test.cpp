#include "engine/answer_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "engine/testing/test_rng.hpp"
#include "text/small_vocab.hpp"

namespace realm {
namespace {

using Stops = std::vector<std::string>;

// The definition, byte by byte: the first place where a stop string ends, the longest of them.
std::string cut(const std::string& text, const Stops& stops, std::string& which) {
  which.clear();
  for (size_t end = 1; end <= text.size(); ++end) {
    for (const std::string& stop : stops) {
      if (text.substr(0, end).ends_with(stop) && stop.size() > which.size()) which = stop;
    }
    if (!which.empty()) return text.substr(0, end - which.size());
  }
  return text;
}

// The byte tokens of `text`, some of them joined as one token where the vocabulary can.
std::vector<TokenId> tokens_of(const Tokenizer& tokenizer, const std::string& text) {
  const auto ids = tokenizer.encode(text, {.add_special = false});
  EXPECT_TRUE(ids);
  return *ids;
}

Tokenizer joining_tokenizer() {
  auto builder = testing::byte_bpe("gpt-2");
  for (const char* merge : {"a b", "b a", "ab ab", "ab a"}) builder.data.merges.push_back(merge);
  for (const char* token : {"ab", "ba", "abab", "aba"}) builder.add(token);
  builder.data.eos = builder.add("<|im_end|>", TokenType::kControl);
  return builder.build();
}

TEST(AnswerText, AgreesWithTheDefinition) {
  constexpr uint64_t kSeed = 7;
  SCOPED_TRACE("seed " + std::to_string(kSeed));
  const Tokenizer tokenizer = joining_tokenizer();
  Rng rng(kSeed);
  const char* const parts[] = {"a", "b", "ab", "aba", "\n", "ä", "äö", "日", "a", "b"};
  const auto some_text = [&](int64_t most) {
    std::string text;
    for (int64_t n = 1 + rng.below(most); n > 0; --n) text += parts[rng.below(std::size(parts))];
    return text;
  };
  int stopped = 0;
  for (int round = 0; round < 20000; ++round) {
    Stops stops;
    for (int64_t n = rng.below(4); n > 0; --n) stops.push_back(some_text(4));
    std::string text = some_text(30);
    if (rng.below(4) == 0) text.pop_back();  // may end within a character
    std::string which;
    const std::string want = cut(utf8_replace_invalid(text), stops, which);

    AnswerText answer(tokenizer, {.at_start = false}, stops);
    std::string got;
    for (const TokenId id : tokens_of(tokenizer, text)) {
      const std::string piece = answer.feed(id);
      ASSERT_EQ(utf8_valid_run(piece, 0), piece.size());
      got += piece;
      ASSERT_TRUE(want.starts_with(got)) << "gave out what it should have held back";
      if (answer.stop() != nullptr) break;
    }
    got += answer.flush();
    ASSERT_EQ(got, want) << text;
    ASSERT_EQ(answer.stop() == nullptr ? "" : *answer.stop(), which);
    stopped += which.empty() ? 0 : 1;
    EXPECT_EQ(answer.flush(), "");
  }
  EXPECT_GT(stopped, 2000);
}

TEST(AnswerText, HoldsBackNoMoreThanItMust) {
  const Tokenizer tokenizer = joining_tokenizer();
  AnswerText answer(tokenizer, {}, {"END", "\n\n"});
  const auto feed = [&](const char* text) {
    std::string out;
    for (const TokenId id : tokens_of(tokenizer, text)) out += answer.feed(id);
    return out;
  };
  EXPECT_EQ(feed("x"), "x");
  EXPECT_EQ(feed("yE"), "y");
  EXPECT_EQ(feed("N"), "");
  EXPECT_EQ(feed("E"), "EN");  // the new E may begin one
  EXPECT_EQ(feed("!"), "E!");
  EXPECT_EQ(feed("\n"), "");
  EXPECT_EQ(feed("EN"), "\n");
  EXPECT_EQ(answer.stop(), nullptr);
  EXPECT_EQ(feed("D"), "");
  ASSERT_NE(answer.stop(), nullptr);
  EXPECT_EQ(*answer.stop(), "END");
  EXPECT_EQ(feed("more"), "");
  EXPECT_EQ(answer.flush(), "");
}

TEST(AnswerText, StopStringsHaveLimits) {
  const auto message = [](const Stops& stops) {
    const auto ok = AnswerText::check_stops(stops);
    return ok ? std::string() : ok.error().message;
  };
  EXPECT_EQ(message(Stops(16, "x")), "");
  EXPECT_EQ(message({std::string(1024, 'x'), "ä"}), "");
  EXPECT_EQ(message(Stops(17, "x")), "17 stop strings, at most 16");
  EXPECT_EQ(message({"x", ""}), "stop string 1 has 0 bytes, must be 1 to 1024");
  EXPECT_EQ(message({std::string(1025, 'x')}), "stop string 0 has 1025 bytes, must be 1 to 1024");
  EXPECT_EQ(message({"\xC3"}), "stop string 0 is not UTF-8");
}

}  // namespace
}  // namespace realm
