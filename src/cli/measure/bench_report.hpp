// What `realm bench` prints.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/measure/model_work.hpp"
#include "cli/measure/sheet.hpp"
#include "cli/measure/speed.hpp"
#include "cli/measure/svg_plot.hpp"
#include "realm/model_info.hpp"

namespace realm::cli {

/// "42.6 GB/s read, 410 G int8 and 92 G float32 multiply-adds/s"
std::string ceilings_text(const Ceilings& ceilings);
nlohmann::ordered_json ceilings_json(const Ceilings& ceilings);
/// Machine, threads, build and date, for JSON.
void add_circumstances(nlohmann::ordered_json& out, int threads);

struct BenchReport {
  std::string model;  ///< the file; empty: none
  const ModelInfo& info;
  int threads;     ///< as asked for; 0: one per usable core
  std::string kv;  ///< format of keys and values
  const std::vector<Measurement>& measurements;
  std::optional<Ceilings> ceilings;  ///< without: no percentages
  std::optional<ModelWork> work;     ///< with `ceilings`

  /// One object in JSON, see docs/bench.md; else a few lines about it, and the rows (as CSV: these
  /// alone).
  std::string print(SheetFormat format) const;
  /// Speed over the context's length, prompt above decode.
  Plot plot() const;

 private:
  Sheet sheet() const;
  std::string json() const;
  std::vector<std::pair<std::string, std::string>> head() const;
  std::string title() const;
};

}  // namespace realm::cli
