#include "text/charsmap.hpp"

#include <gtest/gtest.h>

#include <random>

#include "text/small_charsmap.hpp"

namespace realm {
namespace {

using testing::append_u32;
using testing::small_charsmap;

const std::map<std::string, std::string> kEntries = {
    {"A", "a"}, {"\t", " "}, {"e\u0301", "é"}, {"ﬁ", "fi"}, {"\u200B", ""}, {"e\u0301\u0301", "x"}};

TEST(Charsmap, FindsTheLongestEntry) {
  const auto map = Charsmap::create(small_charsmap(kEntries));
  ASSERT_TRUE(map) << map.error().message;
  const auto found = [&](std::string_view text) {
    const Charsmap::Match match = map->longest(text);
    return std::to_string(match.bytes) + std::string(match.replacement);
  };
  EXPECT_EQ(found("Ab"), "1a");
  EXPECT_EQ(found("b"), "0");
  EXPECT_EQ(found(""), "0");
  EXPECT_EQ(found("e\u0301"), "3é");
  EXPECT_EQ(found("e\u0301\u0301\u0301"), "5x");
  EXPECT_EQ(found("e\u0302"), "0");
  EXPECT_EQ(found("ﬁn"), "3fi");
  EXPECT_EQ(found("\u200B"), "3");
  EXPECT_EQ(found(std::string_view("\0A", 2)), "0");
  EXPECT_TRUE(map->keeps_ascii('e'));  // only what is not ASCII behind it changes it
  EXPECT_TRUE(map->keeps_ascii('b'));
  EXPECT_FALSE(map->keeps_ascii('A'));
  EXPECT_FALSE(map->keeps_ascii('\0'));
}

TEST(Charsmap, AnEmptyOneReplacesNothing) {
  const auto map = Charsmap::create("");
  ASSERT_TRUE(map);
  EXPECT_TRUE(map->empty());
  EXPECT_EQ(map->longest("A").bytes, 0u);
}

void refused(const std::string& bytes, const char* story) {
  const auto map = Charsmap::create(bytes);
  ASSERT_FALSE(map) << story;
  EXPECT_EQ(map.error().code, Code::kCorruptFile);
  EXPECT_NE(map.error().message.find(story), std::string::npos) << map.error().message;
}

TEST(Charsmap, MalformedOnesAreRefused) {
  const std::string sound = small_charsmap(kEntries);
  refused("abc", "no header");
  refused(sound.substr(0, 100), "an array of");
  refused(sound.substr(0, sound.size() - 1), "no end");
  std::string bytes;
  append_u32(0, bytes);
  refused(bytes, "an array of 0 bytes");
  bytes.clear();
  append_u32(6, bytes);
  refused(bytes + "123456", "a multiple of 4");
  // Children outside of the array, also by one block; and a replacement outside.
  for (const uint32_t offset : {1u << 20, 256u, 0x1FFFFFu}) {
    bytes.clear();
    append_u32(4 * 256, bytes);
    append_u32(offset << 10, bytes);
    bytes.resize(4 + 4 * 256, '\0');
    refused(bytes, "children at");
  }
  bytes.clear();
  append_u32(4 * 255, bytes);
  bytes.resize(4 + 4 * 255, '\0');
  refused(bytes, "children at");
  bytes.clear();
  append_u32(4 * 256, bytes);
  append_u32(0, bytes);
  append_u32(1u << 31 | 2, bytes);
  bytes.resize(4 + 4 * 256, '\0');
  refused(bytes + std::string("a\0", 2), "replacement at 2 of 2");
}

// Whatever is accepted can be walked; sanitizers see where.
TEST(Charsmap, SpoiledBytesAreRefusedOrSafe) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string sound = small_charsmap({{"A", "a"}, {"e\u0301", "é"}});
  size_t accepted = 0;
  for (int round = 0; round < 400; ++round) {
    std::string bytes = sound;
    for (auto n = 1 + random() % 20; n > 0; --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    const auto map = Charsmap::create(bytes);
    if (!map) continue;
    ++accepted;
    for (int i = 0; i < 20; ++i) {
      std::string text(random() % 600, '\0');
      for (char& c : text) {
        c = random() % 4 ? "Ae\xCC\x81"[random() % 4] : static_cast<char>(random());
      }
      const Charsmap::Match match = map->longest(text);
      ASSERT_LE(match.bytes, text.size());
    }
  }
  EXPECT_GT(accepted, 0u);
}

}  // namespace
}  // namespace realm
