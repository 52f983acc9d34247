#include "cli/measure/svg_plot.hpp"

#include <algorithm>
#include <cmath>

#include "base/str.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

constexpr double kWidth = 720, kPanelHeight = 260;
constexpr double kLeft = 80, kRight = 150, kTop = 50, kBetween = 30, kBottom = 60;
// Told apart by those who see colours otherwise too (Okabe and Ito 2008).
constexpr const char* kColours[] = {"#0072b2", "#d55e00", "#009e73",
                                    "#cc79a7", "#e69f00", "#56b4e9"};

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;  // control characters are not XML
    }
  }
  return out;
}

std::string place(double v) { return fixed(v, 1); }

// 4096, 0.5: as short as the step between ticks allows.
std::string tick_text(double value, double step) {
  return fixed(value, step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step))));
}

std::string line(double x1, double y1, double x2, double y2, const char* colour) {
  return str("<line x1=\"", place(x1), "\" y1=\"", place(y1), "\" x2=\"", place(x2), "\" y2=\"",
             place(y2), "\" stroke=\"", colour, "\"/>\n");
}

std::string words(double x, double y, const char* anchor, const std::string& text,
                  const std::string& more = "") {
  return str("<text x=\"", place(x), "\" y=\"", place(y), "\" text-anchor=\"", anchor, "\"", more,
             ">", escaped(text), "</text>\n");
}

struct Scale {
  std::vector<double> ticks;
  double from, to;  // pixels of the first and the last tick

  double step() const { return ticks[1] - ticks[0]; }
  double at(double value) const {
    return from + (value - ticks.front()) / (ticks.back() - ticks.front()) * (to - from);
  }
};

double largest(const PlotPanel& panel, std::vector<double> PlotSeries::*values) {
  double most = 0;
  for (const PlotSeries& series : panel.series) {
    for (const double v : series.*values) most = std::max(most, v);
  }
  return most;
}

std::string draw(const PlotSeries& series, const char* colour, const Scale& x, const Scale& y) {
  std::string path, dots;
  for (size_t i = 0; i < series.x.size(); ++i) {
    const std::string at_x = place(x.at(series.x[i])), at_y = place(y.at(series.y[i]));
    path += str(i == 0 ? "" : " ", at_x, ",", at_y);
    dots += str("<circle cx=\"", at_x, "\" cy=\"", at_y, "\" r=\"3\" fill=\"", colour, "\"/>\n");
  }
  return str("<polyline points=\"", path, "\" fill=\"none\" stroke=\"", colour,
             "\" stroke-width=\"2\"/>\n", dots);
}

std::string draw(const PlotPanel& panel, const Scale& x, double top) {
  const double bottom = top + kPanelHeight;
  const Scale y{round_ticks(0, largest(panel, &PlotSeries::y), 5), bottom, top};
  std::string out;
  for (const double tick : y.ticks) {
    out += line(x.from, y.at(tick), x.to, y.at(tick), "#dddddd");
    out += words(x.from - 8, y.at(tick) + 4, "end", tick_text(tick, y.step()));
  }
  for (const double tick : x.ticks)
    out += line(x.at(tick), bottom, x.at(tick), bottom + 5, "#333333");
  out +=
      line(x.from, bottom, x.to, bottom, "#333333") + line(x.from, top, x.from, bottom, "#333333");
  const double middle = (top + bottom) / 2;
  out += words(18, middle, "middle", panel.y_label,
               str(" transform=\"rotate(-90 18 ", place(middle), ")\""));
  for (size_t i = 0; i < panel.series.size(); ++i) {
    const char* colour = kColours[i % std::size(kColours)];
    out += draw(panel.series[i], colour, x, y);
    const double at = top + 12 + 20 * static_cast<double>(i);
    out += line(x.to + 12, at - 4, x.to + 32, at - 4, colour);
    out += words(x.to + 38, at, "start", panel.series[i].name);
  }
  return out;
}

}  // namespace

std::vector<double> round_ticks(double least, double most, int count) {
  if (!(most > least)) most = least + 1;
  const double rough = (most - least) / std::max(1, count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * 0.999) step = factor * power;
  }
  std::vector<double> ticks;
  const double first = std::floor(least / step + 1e-9);
  for (double i = first; ticks.size() < 2 || ticks.back() < most - 1e-9 * step; ++i) {
    ticks.push_back(i * step);
  }
  return ticks;
}

std::string Plot::svg() const {
  double most = 0;
  for (const PlotPanel& panel : panels) most = std::max(most, largest(panel, &PlotSeries::x));
  const Scale x{round_ticks(0, most, 6), kLeft, kWidth - kRight};
  const auto n = static_cast<double>(panels.size());
  const double height = kTop + n * kPanelHeight + (n - 1) * kBetween + kBottom;
  std::string out =
      str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
          "width=\"",
          place(kWidth), "\" height=\"", place(height), "\" viewBox=\"0 0 ", place(kWidth), " ",
          place(height), "\" font-family=\"sans-serif\" font-size=\"12\">\n",
          "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
  out += words(kLeft, 26, "start", title, " font-size=\"14\" font-weight=\"bold\"");
  double top = kTop;
  for (const PlotPanel& panel : panels) {
    out += draw(panel, x, top);
    top += kPanelHeight + kBetween;
  }
  const double bottom = top - kBetween;
  for (const double tick : x.ticks) {
    out += words(x.at(tick), bottom + 20, "middle", tick_text(tick, x.step()));
  }
  out += words((x.from + x.to) / 2, bottom + 44, "middle", x_label);
  return out + "</svg>\n";
}

}  // namespace realm::cli
