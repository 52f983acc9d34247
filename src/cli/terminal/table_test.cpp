#include "cli/terminal/table.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace realm::cli {
namespace {

TEST(Table, ColumnsLineUp) {
  Table table;
  table.align_right(1);
  table.row({"a", "1", "x"});
  table.row({"long", "200", "y"});
  table.row({"\u00e9\u00e9", "3"});
  EXPECT_EQ(table.text(),
            "a       1  x\n"
            "long  200  y\n"
            "\u00e9\u00e9      3\n");
  EXPECT_EQ(Table().text(), "");
}

TEST(Quoted, NothingMovesTheCursor) {
  EXPECT_EQ(quoted("plain \u4e2d"), "\"plain \u4e2d\"");
  EXPECT_EQ(quoted("a\n\t\"\\"), "\"a\\n\\t\\\"\\\\\"");
  EXPECT_EQ(quoted("\x1b[31m\x7f"), "\"\\u001b[31m\\u007f\"");
  EXPECT_EQ(quoted("\xC2\x9B"), "\"\\u009b\"");  // the one-character CSI
  EXPECT_EQ(quoted("\xC2\xA9"), "\"\u00a9\"");   // the next block is text
  EXPECT_EQ(quoted("\xC2"), "\"\uFFFD\"");       // ill-formed, and at the end
  EXPECT_EQ(quoted(std::string("\0", 1)), "\"\\u0000\"");
}

TEST(Quoted, CutsBetweenCharacters) {
  EXPECT_EQ(quoted("abcdef", 3), "\"abc\"...");
  EXPECT_EQ(quoted("abc", 3), "\"abc\"");
  EXPECT_EQ(quoted("ab\u4e2d", 4), "\"ab\"...");
  for (size_t limit = 1; limit < 12; ++limit) {
    const std::string cut = quoted("\u00e9\u4e2d\U0001F600x", limit);
    EXPECT_EQ(utf8_replace_invalid(cut), cut);
  }
}

TEST(BytesText, UnitsOf1024) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(98362432), "93.8 MiB");
  EXPECT_EQ(bytes_text(UINT64_MAX), "16777216.0 TiB");
}

}  // namespace
}  // namespace realm::cli
