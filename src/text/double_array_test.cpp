#include "text/double_array.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace realm {
namespace {

TEST(DoubleArray, FindsTheLongestBegin) {
  DoubleArray set;
  EXPECT_EQ(set.longest("a").bytes, 0u);
  set.build({{"a", 0}, {"abc", 1}, {"", 2}, {"abc", 3}, {std::string_view("\0\xFF", 2), 4}});
  EXPECT_EQ(set.longest("abd").bytes, 1u);
  EXPECT_EQ(set.longest("abcd").bytes, 3u);
  EXPECT_EQ(set.longest("abcd").value, 1);
  EXPECT_EQ(set.longest(std::string_view("\0\xFF", 2)).value, 4);
  EXPECT_EQ(set.longest("bc").bytes, 0u);
  EXPECT_EQ(set.longest("").bytes, 0u);
}

TEST(DoubleArray, HoldsWhatAMapHolds) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (const size_t count : {3u, 300u, 30000u}) {
    for (const unsigned alphabet : {2u, 16u, 256u}) {
      std::map<std::string, int32_t> map;
      for (size_t i = 0; i < count; ++i) {
        std::string key(1 + random() % 9, '\0');
        for (char& c : key) c = static_cast<char>(random() % alphabet);
        map.emplace(key, static_cast<int32_t>(i));
      }
      DoubleArray set;
      std::vector<std::pair<std::string_view, int32_t>> strings(map.begin(), map.end());
      std::shuffle(strings.begin(), strings.end(), random);
      set.build(strings);
      for (int round = 0; round < 2000; ++round) {
        std::string text(random() % 10, '\0');
        for (char& c : text) c = static_cast<char>(random() % alphabet);
        size_t bytes = text.size();
        while (bytes > 0 && map.count(text.substr(0, bytes)) == 0) --bytes;
        const DoubleArray::Match found = set.longest(text);
        ASSERT_EQ(found.bytes, bytes);
        if (bytes > 0) {
          ASSERT_EQ(found.value, map.at(text.substr(0, bytes)));
        }
      }
      for (const auto& [key, value] : map) ASSERT_EQ(set.longest(key).value, value);
    }
  }
}

}  // namespace
}  // namespace realm
