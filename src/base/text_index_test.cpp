#include "base/text_index.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace realm {
namespace {

// Texts of all lengths over few letters, so that many are equal or begin and end alike.
std::vector<std::string> random_texts(uint32_t seed, size_t count) {
  std::mt19937 random(seed);
  std::vector<std::string> texts(count);
  for (std::string& text : texts) {
    text.resize(random() % 40);
    for (char& c : text) c = static_cast<char>(random() % 3 == 0 ? random() : random() % 2);
  }
  return texts;
}

TEST(TextIndex, FindsTheFirstOfEqualTexts) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<std::string> texts = random_texts(seed, 1 + seed * 97 % 3000);
    std::map<std::string, size_t> want;
    TextIndex index(texts);
    for (size_t i = 0; i < texts.size(); ++i) {
      index.add(texts, i);
      want.emplace(texts[i], i);
    }
    for (const auto& entry : want) {
      EXPECT_EQ(index.find(texts, entry.first), entry.second);
      const uint64_t hash = TextIndex::hash_of(entry.first);
      index.expect(hash);
      index.expect_text(texts, hash);
      EXPECT_EQ(index.find(texts, entry.first, hash), entry.second);
    }
    for (const std::string& other : random_texts(seed + 1000, 2000)) {
      const auto found = want.find(other);
      EXPECT_EQ(index.find(texts, other),
                found == want.end() ? std::nullopt : std::optional(found->second));
    }
  }
}

TEST(TextIndex, MayBeEmpty) {
  const std::vector<std::string> none;
  EXPECT_FALSE(TextIndex(none).find(none, ""));
  const std::vector<std::string> one{""};
  TextIndex index(one);
  EXPECT_FALSE(index.find(one, ""));
  index.add(one, 0);
  EXPECT_EQ(index.find(one, ""), 0u);
}

}  // namespace
}  // namespace realm
