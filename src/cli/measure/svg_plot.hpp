// Lines over a common horizontal axis, as an SVG file that a browser or a document shows. Series of
// different sizes get panels of their own, one below the other.
#pragma once

#include <string>
#include <vector>

namespace realm::cli {

struct PlotSeries {
  std::string name;
  std::vector<double> x, y;  ///< equally many; finite, x from small to large
};

struct PlotPanel {
  std::string y_label;  ///< with its unit
  std::vector<PlotSeries> series;
};

struct Plot {
  std::string title;
  std::string x_label;  ///< with its unit
  std::vector<PlotPanel> panels;

  std::string svg() const;
};

/// Round numbers from at most `least` to at least `most` (the larger one), about `count` of them:
/// 1, 2 or 5 times a power of ten apart.
std::vector<double> round_ticks(double least, double most, int count);

}  // namespace realm::cli
