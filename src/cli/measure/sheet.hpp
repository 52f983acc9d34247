// Sheet: rows of measurements, and the four ways to print them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/flags/flags.hpp"

namespace realm::cli {

enum class SheetFormat : uint8_t { kText, kMarkdown, kJson, kCsv };

/// --format, and --json, which is short for one of its words.
struct SheetFlags {
  std::optional<SheetFormat> format = {};
  bool json = false;

  void declare(Flags& flags);
  /// kInvalidArgument where both are given and say different things.
  Result<SheetFormat> chosen() const;
};

class Sheet {
 public:
  /// Nothing where it does not apply. Numbers are set to the right.
  using Cell = std::variant<std::monostate, std::string, int64_t, double>;
  struct Column {
    std::string key;        ///< for programs: "tokens_per_second"
    std::string title;      ///< for people: "tokens/s"
    int digits = 0;         ///< of numbers, behind the point, for people
    std::string unit = {};  ///< behind every number, for people: " %"
  };

  explicit Sheet(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns.
  void row(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }

  std::string text() const;
  std::string markdown() const;
  std::string csv() const;  ///< RFC 4180, with a line of keys
  /// One object a row; what does not apply is left out.
  nlohmann::ordered_json json() const;

 private:
  std::string shown(size_t column, const Cell& cell) const;
  bool is_number(size_t column) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace realm::cli
