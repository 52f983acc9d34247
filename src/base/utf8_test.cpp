#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace realm {
namespace {

// The definition: the bits of a sequence, and what may not be written that way.
bool is_character(const std::string& bytes) {
  const auto at = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])); };
  const uint32_t lead = at(0);
  if (bytes.size() == 1) return lead < 0x80;
  constexpr uint32_t kMask[] = {0, 0, 0x1F, 0x0F, 0x07};
  constexpr uint32_t kMark[] = {0, 0, 0xC0, 0xE0, 0xF0};
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const size_t size = bytes.size();
  if ((lead & ~kMask[size]) != kMark[size]) return false;
  uint32_t code_point = lead & kMask[size];
  for (size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xC0) != 0x80) return false;
    code_point = code_point << 6 | (at(i) & 0x3F);
  }
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return code_point >= kLeast[size] && code_point <= 0x10FFFF && !surrogate;
}

TEST(Utf8, UpToThreeBytesAgreeWithTheDefinition) {
  size_t characters = 0;
  for (uint32_t start = 0; start < 0x10000; ++start) {
    for (const char third : {'\0', '\x7F', '\x80', '\xA5', '\xBF', '\xC0', '\xFF'}) {
      const std::string bytes = {static_cast<char>(start >> 8), static_cast<char>(start), third};
      const Utf8Step step = utf8_step(bytes, 0);
      ASSERT_GE(step.bytes, 1u);
      const bool valid = is_character(bytes.substr(0, 1)) || is_character(bytes.substr(0, 2)) ||
                         is_character(bytes);
      ASSERT_EQ(step.valid, valid) << std::hex << start;
      ASSERT_TRUE(!valid || is_character(bytes.substr(0, step.bytes))) << std::hex << start;
      characters += valid && step.bytes == 3;
    }
  }
  // 64 characters begin with the same two bytes; three of them are tried.
  EXPECT_EQ(characters, 3u * (0x10000 - 0x800 - 0x800) / 64);
}

TEST(Utf8, FourByteCharactersEndAt10FFFF) {
  size_t characters = 0;
  for (uint32_t lead = 0xF0; lead < 0x100; ++lead) {
    for (uint32_t second = 0; second < 0x100; ++second) {
      for (const uint32_t tail : {0x7Fu, 0x80u, 0xBFu, 0xC0u}) {
        const std::string bytes = {static_cast<char>(lead), static_cast<char>(second), '\x80',
                                   static_cast<char>(tail)};
        const Utf8Step step = utf8_step(bytes, 0);
        ASSERT_EQ(step.valid, is_character(bytes)) << std::hex << lead << " " << second;
        characters += step.valid;
      }
    }
  }
  EXPECT_EQ(characters, 2u * (0x110000 - 0x10000) / 0x1000);
}

// Tables 3-8 to 3-11 of the Unicode standard, 15.0.
TEST(Utf8, ReplacesMaximalSubparts) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(utf8_replace_invalid("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(utf8_replace_invalid("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            r + r + r + r + r + r + r + r + "A");
  EXPECT_EQ(utf8_replace_invalid("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
            r + r + r + r + r + "A" + r + r + "B");
  EXPECT_EQ(utf8_replace_invalid("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), r + r + r + r + "A");
  EXPECT_EQ(utf8_replace_invalid("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(utf8_replace_invalid("\xE2\x82"), r);
}

TEST(Utf8, TellsCutOffFromIllFormed) {
  EXPECT_TRUE(utf8_step("\xE2\x82", 0).cut_off);
  EXPECT_TRUE(utf8_step("\xF0", 0).cut_off);
  EXPECT_FALSE(utf8_step("\xE2\x28", 0).cut_off);
  EXPECT_FALSE(utf8_step("\xE0\x80", 0).cut_off);
  EXPECT_FALSE(utf8_step("\xFF", 0).cut_off);
  EXPECT_EQ(utf8_valid_run("a\xC3\xBC\xFFz", 0), 3u);
}

TEST(Utf8, DecodesWhatItAppends) {
  std::string text;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    text.clear();
    utf8_append(c, text);
    const Utf8Step step = utf8_step(text, 0);
    ASSERT_TRUE(step.valid && step.bytes == text.size()) << std::hex << static_cast<uint32_t>(c);
    ASSERT_EQ(utf8_decode(text, 0, step.bytes), c);
  }
}

}  // namespace
}  // namespace realm
