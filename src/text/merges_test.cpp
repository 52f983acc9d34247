#include "text/merges.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <random>
#include <utility>
#include <vector>

namespace realm {
namespace {

std::vector<Symbol> merged(const std::vector<Symbol>& word, const MergeTable& table,
                           size_t long_word = MergeChain::kLongWord) {
  MergeChain chain;
  for (const Symbol symbol : word) chain.push_back(symbol);
  chain.merge(table, long_word);
  std::vector<Symbol> out;
  size_t places = 0;
  for (uint32_t i = 0; i != MergeChain::kEnd; i = chain.next(i)) {
    EXPECT_EQ(places, i);
    places += chain.span(i);
    out.push_back(chain.symbol(i));
  }
  EXPECT_EQ(places, word.size());
  return out;
}

using Rules = std::map<std::pair<Symbol, Symbol>, Merge>;

// The definition: look at all neighbours, join the lowest rank, the leftmost of them; again.
std::vector<Symbol> merged_slowly(std::vector<Symbol> word, const Rules& rules) {
  for (;;) {
    size_t best = word.size();
    Merge merge;
    for (size_t i = 0; i + 1 < word.size(); ++i) {
      const auto rule = rules.find({word[i], word[i + 1]});
      if (rule == rules.end()) continue;
      if (best == word.size() || rule->second.rank < merge.rank) {
        best = i;
        merge = rule->second;
      }
    }
    if (best == word.size()) return word;
    word[best] = merge.result;
    word.erase(word.begin() + static_cast<ptrdiff_t>(best) + 1);
  }
}

TEST(Merges, AgreeWithTheDefinitionOnRandomTables) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 rng(seed);
  const auto below = [&](uint32_t n) { return static_cast<uint32_t>(rng() % n); };
  const auto symbol_below = [&](uint32_t n) { return static_cast<Symbol>(below(n)); };
  size_t joined = 0;
  for (int round = 0; round < 400; ++round) {
    const uint32_t letters = 2 + below(4);
    Rules rules;
    MergeTable table;
    const uint32_t count = below(30);
    // Equal ranks among different pairs, as equal scores make them, and results that two pairs
    // share.
    const uint32_t ranks = rng() % 2 ? 1 + count : 3;
    for (uint32_t r = 0; r < count; ++r) {
      const Symbol left = symbol_below(letters + r);
      const Symbol right = symbol_below(letters + r);
      const Merge merge = {ranks == 3 ? below(3) : r, static_cast<Symbol>(letters + r)};
      rules.emplace(std::pair{left, right}, merge);
      table.add(left, right, merge);
    }
    for (int w = 0; w < 20; ++w) {
      std::vector<Symbol> word(1 + rng() % 40);
      for (Symbol& symbol : word) symbol = rng() % 20 == 0 ? kNoSymbol : symbol_below(letters);
      const std::vector<Symbol> expected = merged_slowly(word, rules);
      ASSERT_EQ(merged(word, table), expected);
      ASSERT_EQ(merged(word, table, 0), expected) << "in buckets";
      joined += word.size() - expected.size();
    }
  }
  EXPECT_GT(joined, 10000u);
}

TEST(Merges, TheFirstRuleOfAPairStays) {
  MergeTable table;
  table.add(1, 2, {7, 3});
  table.add(1, 2, {1, 4});
  ASSERT_NE(table.find(1, 2), nullptr);
  EXPECT_EQ(table.find(1, 2)->result, 3);
  EXPECT_EQ(table.find(2, 1), nullptr);
  EXPECT_EQ(table.find(kNoSymbol, kNoSymbol), nullptr);
  EXPECT_EQ(MergeTable().find(1, 2), nullptr);
}

TEST(Merges, HoldsManyRules) {
  MergeTable table;
  for (Symbol i = 0; i < 100000; ++i) {
    table.add(i, i / 3, {static_cast<uint32_t>(i), i + 1});
  }
  for (Symbol i = 0; i < 100000; ++i) {
    ASSERT_NE(table.find(i, i / 3), nullptr);
    ASSERT_EQ(table.find(i, i / 3)->result, i + 1);
    ASSERT_EQ(table.find(i, i / 3 + 1), nullptr);
  }
}

}  // namespace
}  // namespace realm
