#include "cli/measure/sheet.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

// As many digits as it takes to tell doubles apart in practice, and no more than a reader wants.
std::string exact(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string markdown_cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace

void SheetFlags::declare(Flags& flags) {
  flags.choice<SheetFormat>("--format", "NAME", format,
                            {{"text", SheetFormat::kText},
                             {"md", SheetFormat::kMarkdown},
                             {"json", SheetFormat::kJson},
                             {"csv", SheetFormat::kCsv}},
                            "how to print it: text, md, json or csv (default text)");
  flags.toggle("--json", json, "the same as --format json");
}

Result<SheetFormat> SheetFlags::chosen() const {
  if (json && format && *format != SheetFormat::kJson) {
    return Error{Code::kInvalidArgument, "--json and --format say different things"};
  }
  return json ? SheetFormat::kJson : format.value_or(SheetFormat::kText);
}

std::string Sheet::shown(size_t column, const Cell& cell) const {
  const Column& c = columns_[column];
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* whole = std::get_if<int64_t>(&cell)) return std::to_string(*whole) + c.unit;
  if (const auto* number = std::get_if<double>(&cell)) return fixed(*number, c.digits) + c.unit;
  return "";
}

bool Sheet::is_number(size_t column) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const auto& row) {
    return std::holds_alternative<int64_t>(row[column]) ||
           std::holds_alternative<double>(row[column]);
  });
}

std::string Sheet::text() const {
  Table table;
  std::vector<std::string> cells;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (is_number(i)) table.align_right(i);
    cells.push_back(columns_[i].title);
  }
  table.row(cells);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) cells[i] = shown(i, row[i]);
    table.row(cells);
  }
  return table.text();
}

std::string Sheet::markdown() const {
  std::string out = "|", rule = "|";
  for (size_t i = 0; i < columns_.size(); ++i) {
    out += str(" ", markdown_cell(columns_[i].title), " |");
    rule += is_number(i) ? " ---: |" : " --- |";
  }
  out += "\n" + rule + "\n";
  for (const auto& row : rows_) {
    out += "|";
    for (size_t i = 0; i < row.size(); ++i) out += str(" ", markdown_cell(shown(i, row[i])), " |");
    out += "\n";
  }
  return out;
}

std::string Sheet::csv() const {
  std::string out;
  for (size_t i = 0; i < columns_.size(); ++i) out += (i == 0 ? "" : ",") + columns_[i].key;
  out += "\n";
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      const auto* number = std::get_if<double>(&row[i]);
      const auto* whole = std::get_if<int64_t>(&row[i]);
      const auto* text = std::get_if<std::string>(&row[i]);
      out += i == 0 ? "" : ",";
      if (number != nullptr) out += exact(*number);
      if (whole != nullptr) out += std::to_string(*whole);
      if (text != nullptr) out += csv_cell(*text);
    }
    out += "\n";
  }
  return out;
}

nlohmann::ordered_json Sheet::json() const {
  auto all = nlohmann::ordered_json::array();
  for (const auto& row : rows_) {
    auto one = nlohmann::ordered_json::object();
    for (size_t i = 0; i < row.size(); ++i) {
      if (const auto* text = std::get_if<std::string>(&row[i])) one[columns_[i].key] = *text;
      if (const auto* whole = std::get_if<int64_t>(&row[i])) one[columns_[i].key] = *whole;
      if (const auto* number = std::get_if<double>(&row[i])) one[columns_[i].key] = *number;
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace realm::cli
