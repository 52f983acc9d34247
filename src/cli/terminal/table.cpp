#include "cli/terminal/table.hpp"

#include <algorithm>
#include <cstdio>

#include "base/utf8.hpp"

namespace realm::cli {
namespace {

// Characters, by the count of bytes that begin one.
size_t width(const std::string& cell) {
  return static_cast<size_t>(std::count_if(cell.begin(), cell.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string Table::text() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      const bool right = std::find(right_.begin(), right_.end(), i) != right_.end();
      if (i > 0) out += "  ";
      if (right) out += space;
      out += row[i];
      if (!right && i + 1 < row.size()) out += space;
    }
    out += '\n';
  }
  return out;
}

std::string quoted(const std::string& text, size_t limit) {
  std::string clean = utf8_replace_invalid(text);
  bool cut = false;
  if (limit > 0 && clean.size() > limit) {
    size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(clean[end]) & 0xC0) == 0x80) --end;
    clean.resize(end);
    cut = true;
  }
  std::string out = "\"";
  for (size_t i = 0; i < clean.size(); ++i) {
    const auto c = static_cast<unsigned char>(clean[i]);
    // U+0080 .. U+009F are control characters too; in UTF-8 C2 80 .. C2 9F.
    const bool c1 = c == 0xC2 && static_cast<unsigned char>(clean[i + 1]) < 0xA0;
    char escape[8] = {};
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '"' || c == '\\') {
      out += {'\\', static_cast<char>(c)};
    } else if (c < 0x20 || c == 0x7F || c1) {
      const unsigned code = c1 ? static_cast<unsigned char>(clean[++i]) : c;
      std::snprintf(escape, sizeof escape, "\\u%04x", code);
      out += escape;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + (cut ? "\"..." : "\"");
}

std::string bytes_text(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return fixed(value, unit == 0 ? 0 : 1) + " " + kUnits[unit];
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

}  // namespace realm::cli
