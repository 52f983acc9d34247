#include "cli/measure/sheet.hpp"

#include <gtest/gtest.h>

namespace realm::cli {
namespace {

Sheet sample() {
  Sheet sheet({{.key = "kind", .title = ""},
               {.key = "tokens", .title = "tokens"},
               {.key = "rate", .title = "tokens/s", .digits = 2},
               {.key = "share", .title = "of all", .digits = 1, .unit = " %"}});
  sheet.row({std::string("a|b"), int64_t{512}, 1234.5678, 99.94});
  sheet.row({std::string("say \"x\", y"), int64_t{7}, 0.5, {}});
  return sheet;
}

TEST(Sheet, TextSetsNumbersToTheRight) {
  EXPECT_EQ(sample().text(),
            "            tokens  tokens/s  of all\n"
            "a|b            512   1234.57  99.9 %\n"
            "say \"x\", y       7      0.50        \n");
}

TEST(Sheet, MarkdownEscapesItsBars) {
  EXPECT_EQ(sample().markdown(),
            "|  | tokens | tokens/s | of all |\n"
            "| --- | ---: | ---: | ---: |\n"
            "| a\\|b | 512 | 1234.57 | 99.9 % |\n"
            "| say \"x\", y | 7 | 0.50 |  |\n");
}

TEST(Sheet, CsvQuotesAndLeavesOut) {
  EXPECT_EQ(sample().csv(),
            "kind,tokens,rate,share\n"
            "a|b,512,1234.5678,99.94\n"
            "\"say \"\"x\"\", y\",7,0.5,\n");
}

TEST(Sheet, JsonKeepsTypes) {
  const auto rows = sample().json();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].at("tokens"), 512);
  EXPECT_EQ(rows[0].at("share"), 99.94);
  EXPECT_EQ(rows[1].at("kind"), "say \"x\", y");
  EXPECT_FALSE(rows[1].contains("share"));
}

TEST(SheetFlags, JsonIsShortForAFormat) {
  EXPECT_EQ(*SheetFlags{}.chosen(), SheetFormat::kText);
  EXPECT_EQ(*(SheetFlags{.format = SheetFormat::kCsv}).chosen(), SheetFormat::kCsv);
  EXPECT_EQ(*(SheetFlags{.json = true}).chosen(), SheetFormat::kJson);
  EXPECT_EQ(*(SheetFlags{.format = SheetFormat::kJson, .json = true}).chosen(), SheetFormat::kJson);
  EXPECT_FALSE((SheetFlags{.format = SheetFormat::kCsv, .json = true}).chosen());
}

}  // namespace
}  // namespace realm::cli
