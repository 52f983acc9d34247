// Stands here, not in split/, because this folder links utf8proc: an independent Unicode table.
#include "text/split/newer_unicode.hpp"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <string>

namespace realm {
namespace {

std::string utf8(int32_t code_point) {
  utf8proc_uint8_t bytes[4] = {};
  const auto size = utf8proc_encode_char(code_point, bytes);
  return {reinterpret_cast<const char*>(bytes), static_cast<size_t>(size)};
}

int32_t code_point_of(std::string_view text) {
  utf8proc_int32_t out = -1;
  utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &out);
  return out;
}

TEST(NewerUnicode, StandInsHaveTheCategoryAndSizeOfTheOriginal) {
  size_t replaced = 0;
  size_t checked = 0;
  std::string copy;
  for (int32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const std::string text = utf8(c);
    const std::string_view known = with_known_characters(text, copy);
    ASSERT_EQ(known.size(), text.size());
    if (known == text) continue;
    ++replaced;
    // Of what came after utf8proc's version it knows nothing, nor that U+1171E is Mc since.
    const auto category = utf8proc_category(c);
    if (category == UTF8PROC_CATEGORY_CN || c == 0x1171E) continue;
    ++checked;
    EXPECT_EQ(category, utf8proc_category(code_point_of(known))) << std::hex << c;
  }
  EXPECT_EQ(replaced, 10302u);  // characters of Unicode 15.0, 15.1 and 16.0, and one changed
  EXPECT_GT(checked, 0u) << "utf8proc " << utf8proc_unicode_version();
}

TEST(NewerUnicode, LeavesTheRestOfATextInPlace) {
  std::string copy;
  const std::string plain = "a\u00E4\u6F22\U0001F999";
  EXPECT_EQ(with_known_characters(plain, copy).data(), plain.data());
  EXPECT_EQ(with_known_characters("", copy), "");
  const std::string mixed = "\u6F22\U00031350a\uA7CB\u00E4";
  EXPECT_EQ(with_known_characters(mixed, copy), "\u6F22\U00020000a\u1E00\u00E4");
}

}  // namespace
}  // namespace realm
