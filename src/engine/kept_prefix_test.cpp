#include "engine/kept_prefix.hpp"

#include <gtest/gtest.h>

#include "engine/testing/test_rng.hpp"
#include "text/small_vocab.hpp"

namespace realm {
namespace {

// 256 bytes, then "aa", "ab", "aab", "b", and two control tokens, one of them named like text.
constexpr int32_t kAa = 256, kAb = 257, kAab = 258, kEnd = 259, kOdd = 260, kSize = 261;

Tokenizer tokenizer() {
  auto b = testing::byte_bpe("gpt-2");
  for (const char* token : {"aa", "ab", "aab"}) b.add(token);
  b.add("<end>", TokenType::kControl);
  b.add("b", TokenType::kControl);
  return b.build();
}

std::vector<TokenId> ids(const std::vector<int32_t>& numbers) {
  std::vector<TokenId> out;
  for (const int32_t n : numbers) out.push_back(TokenId{n});
  return out;
}

std::vector<int32_t> keep(const std::vector<int32_t>& kept, const std::vector<int32_t>& fresh) {
  return testing::numbers(keep_prefix(ids(kept), ids(fresh), tokenizer()));
}

TEST(KeptPrefix, CutsAreThoseOfTheKept) {
  using V = std::vector<int32_t>;
  EXPECT_EQ(keep({}, {kAa, 'b'}), (V{kAa, 'b'}));
  EXPECT_EQ(keep({'a', 'a'}, {}), (V{}));
  EXPECT_EQ(keep({'a', 'a', 'b'}, {kAab, 'c'}), (V{'a', 'a', 'b', 'c'}));
  EXPECT_EQ(keep({'a', kAb}, {kAa, 'b', 'c'}), (V{'a', kAb, 'c'}));
  EXPECT_EQ(keep({kAab, kEnd}, {'a', kAb, kEnd, 'x'}), (V{kAab, kEnd, 'x'}));
}

TEST(KeptPrefix, WhatIsDifferentIsFresh) {
  using V = std::vector<int32_t>;
  EXPECT_EQ(keep({'a', 'x'}, {'a', 'y'}), (V{'a', 'y'}));
  EXPECT_EQ(keep({'x', 'a', kAb, 'x'}, {'x', kAa, 'b', 'y'}), (V{'x', 'a', kAb, 'y'}));
  EXPECT_EQ(keep({'a', 'a'}, {kAab}), (V{kAab})) << "no common cut";
  EXPECT_EQ(keep({kAab}, {'a', 'a'}), (V{'a', 'a'}));
  // Control tokens are themselves, whatever they are called.
  EXPECT_EQ(keep({'a', kOdd}, {'a', 'b'}), (V{'a', 'b'}));
  EXPECT_EQ(keep({'a', 'b'}, {'a', kOdd}), (V{'a', kOdd}));
  EXPECT_EQ(keep({kEnd, 'a'}, {'a', 'a'}), (V{'a', 'a'}));
  EXPECT_EQ(keep({'a', kEnd, kAa}, {'a', kEnd, 'a', 'a'}), (V{'a', kEnd, kAa}));
}

// Spelled out, whatever comes back is `fresh`, and it begins with `kept` where that is possible.
TEST(KeptPrefix, TheTextIsThatOfTheFresh) {
  const Tokenizer t = tokenizer();
  const auto spelled = [&](const std::vector<TokenId>& all) {
    std::vector<std::string> letters;
    for (const TokenId id : all) {
      if (t.type(id) == TokenType::kControl) letters.push_back(std::to_string(index(id)));
      if (t.type(id) == TokenType::kControl) continue;
      for (const char c : t.piece(id)) letters.emplace_back(1, c);
    }
    return letters;
  };
  Rng rng(7);
  const auto below = [&](int n) { return static_cast<int32_t>(rng.below(n)); };
  int shared = 0;
  for (int round = 0; round < 20000; ++round) {
    const auto some = [&] {
      std::vector<TokenId> out;
      for (int32_t n = below(8); n > 0; --n) {
        const int32_t kind = below(8);
        out.push_back(TokenId{kind < 2 ? 'a' : kind == 2 ? 'b' : kAa + below(kSize - kAa)});
      }
      return out;
    };
    const std::vector<TokenId> kept = some(), fresh = some();
    const std::vector<TokenId> got = keep_prefix(kept, fresh, t);
    ASSERT_EQ(spelled(got), spelled(fresh)) << "round " << round;
    if (!kept.empty() && got.size() > kept.size() && got != fresh) ++shared;
    std::vector<TokenId> longer = got;
    longer.push_back(TokenId{'x'});
    ASSERT_EQ(keep_prefix(got, longer, t), longer);
  }
  EXPECT_GT(shared, 50);
}

}  // namespace
}  // namespace realm
