// Columns of text, each as wide as its widest cell, two spaces between them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace realm::cli {

class Table {
 public:
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Columns of numbers are set to the right.
  void align_right(size_t column) { right_.push_back(column); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<size_t> right_;
};

/// `text` as a quoted string: control characters, quotes and backslashes escaped, ill-formed UTF-8
/// replaced; cut with "..." after `limit` bytes, 0: never. What a file says cannot move the cursor.
std::string quoted(const std::string& text, size_t limit = 0);

/// "93.8 MiB"
std::string bytes_text(uint64_t bytes);
/// `digits` places after the point.
std::string fixed(double value, int digits);

}  // namespace realm::cli
