#include "cli/measure/svg_plot.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "base/str.hpp"

namespace realm::cli {
namespace {

TEST(RoundTicks, CoverTheRangeInRoundSteps) {
  EXPECT_EQ(round_ticks(0, 10, 5), (std::vector<double>{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(round_ticks(0, 10.01, 5).back(), 12);
  EXPECT_EQ(round_ticks(0, 16384, 6).back(), 20000);
  for (const double most : {1e-3, 0.7, 1.0, 3.0, 47.0, 999.0, 1001.0, 4096.0, 123456.0}) {
    const std::vector<double> ticks = round_ticks(0, most, 5);
    EXPECT_GE(ticks.back(), most * (1 - 1e-9));
    EXPECT_GE(ticks.size(), 3u) << most;
    EXPECT_LE(ticks.size(), 8u) << most;
    const double step = ticks[1] - ticks[0];
    const double digits = step / std::pow(10, std::floor(std::log10(step) + 1e-9));
    EXPECT_TRUE(std::fabs(digits - 1) < 1e-6 || std::fabs(digits - 2) < 1e-6 ||
                std::fabs(digits - 5) < 1e-6)
        << step;
  }
  EXPECT_EQ(round_ticks(0, 0, 5).front(), 0);  // one depth alone: still an axis
  EXPECT_GE(round_ticks(0, 0, 5).size(), 2u);
}

// As much of XML as the writer uses: tags are closed in order, attributes are quoted, entities are
// the known ones, and there is no text but within <text>.
testing::AssertionResult is_xml(const std::string& text) {
  const std::regex tag(
      R"(<(/?)([a-zA-Z]+)((?:\s+[a-zA-Z][a-zA-Z0-9-]*="[^"<]*")*)\s*(/?)>|<\?xml[^>]*\?>|([^<]+))");
  std::vector<std::string> open;
  size_t end = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), tag), last; it != last; ++it) {
    if (static_cast<size_t>(it->position()) != end) break;
    end += static_cast<size_t>(it->length());
    const std::string name = (*it)[2];
    if ((*it)[5].matched) {
      const std::string between = (*it)[5];
      const bool blank = between.find_first_not_of(" \n") == std::string::npos;
      if (!blank && (open.empty() || open.back() != "text")) {
        return testing::AssertionFailure() << "text outside <text>: " << between;
      }
      if (!std::regex_replace(between, std::regex("&(amp|lt|gt|quot);"), "").find('&')) {
        return testing::AssertionFailure() << "a bare & in " << between;
      }
    } else if ((*it)[1].length() > 0) {
      if (open.empty() || open.back() != name) {
        return testing::AssertionFailure() << "</" << name << "> closes nothing";
      }
      open.pop_back();
    } else if (!name.empty() && (*it)[4].length() == 0) {
      open.push_back(name);
    }
  }
  if (end != text.size()) {
    return testing::AssertionFailure() << "no XML at: " << text.substr(end, 60);
  }
  if (!open.empty()) return testing::AssertionFailure() << "<" << open.back() << "> stays open";
  return testing::AssertionSuccess();
}

Plot sample() {
  return {.title = "a <model> & \"more\"\x01",
          .x_label = "context before (tokens)",
          .panels = {{"prompt (tokens/s)", {{"512 tokens", {0, 1024, 4096}, {900, 850, 700}}}},
                     {"decode (tokens/s)",
                      {{"1 sequence", {0, 1024, 4096}, {30, 29, 25}},
                       {"8 sequences", {0, 1024, 4096}, {160, 140, 90}}}}}};
}

size_t count(const std::string& text, const std::string& part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST(Plot, IsXmlWithEveryPoint) {
  const std::string svg = sample().svg();
  EXPECT_TRUE(is_xml(svg));
  EXPECT_EQ(count(svg, "<polyline"), 3u);
  EXPECT_EQ(count(svg, "<circle"), 9u);
  EXPECT_EQ(count(svg, "a &lt;model&gt; &amp; &quot;more&quot;<"), 1u);
  for (const char* label : {"context before (tokens)", "prompt (tokens/s)", "decode (tokens/s)",
                            ">8 sequences<", ">4000<", ">150<"}) {
    EXPECT_EQ(count(svg, label), 1u) << label;
  }
  EXPECT_EQ(count(svg, "nan"), 0u);
  EXPECT_EQ(count(svg, "inf"), 0u);
}

TEST(Plot, PointsLieWhereTheAxesSay) {
  const Plot plot{"", "x", {{"y", {{"s", {0, 100}, {0, 50}}}}}};
  // Left and bottom are the first ticks, right and top the last ones.
  EXPECT_NE(plot.svg().find("points=\"80.0,310.0 570.0,50.0\""), std::string::npos) << plot.svg();
}

TEST(Plot, OnePointIsEnough) {
  const Plot plot{"t", "x", {{"y", {{"s", {0}, {12}}}}}};
  EXPECT_TRUE(is_xml(plot.svg()));
  EXPECT_EQ(count(plot.svg(), "nan"), 0u);
}

TEST(IsXml, CanFail) {
  EXPECT_FALSE(is_xml("<a><b></a></b>"));
  EXPECT_FALSE(is_xml("<a>"));
  EXPECT_FALSE(is_xml("<a b=c/>"));
  EXPECT_FALSE(is_xml("<svg>text</svg>"));
}

}  // namespace
}  // namespace realm::cli
