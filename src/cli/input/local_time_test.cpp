#include "cli/input/local_time.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/str.hpp"

namespace realm::cli {
namespace {

std::string text(std::string_view given) {
  const auto time = parse_local_time(given);
  if (!time) {
    EXPECT_EQ(time.error().code, Code::kInvalidArgument);
    return time.error().message;
  }
  char buffer[64];
  std::strftime(buffer, sizeof buffer, "%a %Y-%m-%d %j %H:%M:%S", &time->civil);
  return str(buffer, ".", time->microsecond);
}

TEST(LocalTime, ReadsDatesAndTimes) {
  EXPECT_EQ(text("2024-07-26"), "Fri 2024-07-26 208 00:00:00.0");
  EXPECT_EQ(text("2024-02-29 23"), "Thu 2024-02-29 060 23:00:00.0");
  EXPECT_EQ(text("2024-12-31T13:05"), "Tue 2024-12-31 366 13:05:00.0");
  EXPECT_EQ(text("1999-01-01 13:05:59"), "Fri 1999-01-01 001 13:05:59.0");
  EXPECT_EQ(text("2024-07-26T13:05:09.001234"), "Fri 2024-07-26 208 13:05:09.1234");
  EXPECT_EQ(text("2024-07-26T13:05:09.5"), "Fri 2024-07-26 208 13:05:09.500000");
}

TEST(LocalTime, RefusesTheRest) {
  for (const char* wrong : {"",
                            "now",
                            "2024",
                            "2024-7-26",
                            "2024-02-30",
                            "2023-02-29",
                            "2024-13-01",
                            "2024-00-10",
                            "0000-01-01",
                            "2024-07-26x",
                            "2024-07-26T",
                            "2024-07-26T24",
                            "2024-07-26T13:60",
                            "2024-07-26T13:05:60",
                            "2024-07-26T13:05:09.",
                            "2024-07-26T13:05:09.1234567",
                            "2024-07-26T13:05:09Z",
                            "2024-07-26 13:",
                            "-024-07-26",
                            "2024-07-26 13:05:0a"}) {
    EXPECT_NE(text(wrong).find("is not a time"), std::string::npos) << wrong;
  }
}

}  // namespace
}  // namespace realm::cli
