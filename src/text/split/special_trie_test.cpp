#include "text/split/special_trie.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace realm {
namespace {

struct Special {
  std::string spelling;
  bool control;
};

// The definition: at each place from the left, the longest spelling that stands there.
std::optional<SpecialTrie::Match> find_slowly(const std::vector<Special>& specials,
                                              std::string_view text, size_t from, bool control) {
  for (size_t at = from; at < text.size(); ++at) {
    std::optional<SpecialTrie::Match> best;
    for (size_t i = 0; i < specials.size(); ++i) {
      const std::string& spelling = specials[i].spelling;
      if (spelling.empty() || (specials[i].control && !control)) continue;
      if (text.substr(at, spelling.size()) != spelling) continue;
      if (!best || at + spelling.size() > best->end) {
        best = SpecialTrie::Match{at, at + spelling.size(), TokenId{static_cast<int32_t>(i)}};
      }
    }
    if (best) return best;
  }
  return std::nullopt;
}

TEST(SpecialTrie, AgreesWithTheDefinition) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 rng(seed);
  const auto word = [&](size_t most) {
    std::string out(rng() % (most + 1), ' ');
    for (char& c : out) c = "ab<\xC3\xFF"[rng() % 5];
    return out;
  };
  size_t found = 0;
  for (int round = 0; round < 500; ++round) {
    SpecialTrie trie;
    std::vector<Special> specials;
    for (size_t i = 0, count = rng() % 8; i < count; ++i) {
      const std::string spelling = word(5);
      bool known = false;
      for (const Special& other : specials) known |= other.spelling == spelling;
      if (known) continue;
      specials.push_back({spelling, rng() % 2 == 0});
      trie.add(spelling, TokenId{static_cast<int32_t>(specials.size() - 1)},
               specials.back().control);
    }
    const std::string text = word(60);
    for (size_t from = 0; from <= text.size(); ++from) {
      for (const bool control : {false, true}) {
        const auto expected = find_slowly(specials, text, from, control);
        const auto match = trie.find(text, from, control);
        ASSERT_EQ(match.has_value(), expected.has_value());
        if (!match) continue;
        ASSERT_EQ(match->begin, expected->begin);
        ASSERT_EQ(match->end, expected->end);
        ASSERT_EQ(match->token, expected->token);
        ++found;
      }
    }
  }
  EXPECT_GT(found, 1000u);
}

}  // namespace
}  // namespace realm
