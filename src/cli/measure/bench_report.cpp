#include "cli/measure/bench_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/str.hpp"
#include "base/thread_pool.hpp"
#include "cli/measure/resources.hpp"
#include "cli/terminal/table.hpp"
#include "cli/version.hpp"

namespace realm::cli {
namespace {

using nlohmann::ordered_json;

// Half the distance between the slowest and the fastest run, in percent of the median.
double spread_percent(const Measurement& m) {
  const std::vector<double> rates = m.tokens_per_second();
  return 50 * (rates.back() - rates.front()) / m.median();
}

ordered_json of(const Measurement& m) {
  const std::vector<double> rates = m.tokens_per_second();
  return {{"kind", m.kind},
          {"tokens", m.tokens},
          {"depth", m.depth},
          {"sequences", m.sequences},
          {"repetitions", m.seconds.size()},
          {"tokens_per_second",
           {{"median", m.median()},
            {"min", rates.front()},
            {"max", rates.back()},
            {"spread_percent", spread_percent(m)}}},
          {"seconds", m.seconds}};
}

int threads_of(int threads) { return threads > 0 ? threads : usable_threads(); }

}  // namespace

std::string ceilings_text(const Ceilings& c) {
  return str(fixed(c.read_bytes_per_second / 1e9, 1), " GB/s read, ",
             fixed(c.int8_macs_per_second / 1e9, 0), " G int8 and ",
             fixed(c.float_macs_per_second / 1e9, 0), " G float32 multiply-adds/s");
}

ordered_json ceilings_json(const Ceilings& c) {
  return {{"read_bytes_per_second", c.read_bytes_per_second},
          {"int8_macs_per_second", c.int8_macs_per_second},
          {"float_macs_per_second", c.float_macs_per_second}};
}

void add_circumstances(ordered_json& out, int threads) {
  out["threads"] = threads_of(threads);
  out["machine"] = {{"processor", processor_name()}, {"processors", processor_count()}};
  out["version"] = version();
  out["commit"] = commit();
  out["date"] = utc_now();
}

std::string BenchReport::title() const { return info.name.empty() ? model : info.name; }

std::string BenchReport::json() const {
  ordered_json out{{"model",
                    {{"path", model},
                     {"name", info.name},
                     {"architecture", info.architecture},
                     {"parameters", info.parameters},
                     {"bytes", info.weight_bytes}}},
                   {"device", {{"name", info.device}, {"description", info.device_description}}},
                   {"kv", kv}};
  add_circumstances(out, threads);
  out["peak_memory_bytes"] = peak_memory_bytes();
  if (ceilings) out["ceilings"] = ceilings_json(*ceilings);
  out["measurements"] = ordered_json::array();
  for (const Measurement& m : measurements) {
    ordered_json row = of(m);
    if (ceilings && work) {
      if (m.kind == "decode") row["read_percent"] = work->read_percent(m, *ceilings);
      row["multiply_percent"] = work->multiply_percent(m, *ceilings);
    }
    out["measurements"].push_back(std::move(row));
  }
  return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::vector<std::pair<std::string, std::string>> BenchReport::head() const {
  const double millions = static_cast<double>(info.parameters) / 1e6;
  std::vector<std::pair<std::string, std::string>> lines = {
      {"model", str(title(), ", ", info.architecture, ", ", fixed(millions, 1), " M parameters, ",
                    bytes_text(info.weight_bytes))},
      {"device", str(info.device, ": ", info.device_description, ", keys and values in ", kv)},
      {"machine", str(processor_name(), ", ", threads_of(threads), " threads")},
      {"build", version_line()}};
  if (ceilings) lines.emplace_back("ceilings", ceilings_text(*ceilings));
  return lines;
}

Sheet BenchReport::sheet() const {
  std::vector<Sheet::Column> columns = {
      {.key = "kind", .title = ""},
      {.key = "tokens", .title = "tokens"},
      {.key = "depth", .title = "depth"},
      {.key = "sequences", .title = "sequences"},
      {.key = "tokens_per_second", .title = "tokens/s", .digits = 2},
      {.key = "spread_percent", .title = "spread +-", .digits = 1, .unit = " %"}};
  if (ceilings) {
    columns.push_back({.key = "read_percent", .title = "of reading", .digits = 1, .unit = " %"});
    columns.push_back(
        {.key = "multiply_percent", .title = "of multiplying", .digits = 1, .unit = " %"});
  }
  Sheet sheet(std::move(columns));
  for (const Measurement& m : measurements) {
    std::vector<Sheet::Cell> cells = {m.kind,           int64_t{m.tokens},
                                      int64_t{m.depth}, int64_t{m.sequences},
                                      m.median(),       spread_percent(m)};
    if (ceilings) {
      const bool decode = m.kind == "decode";
      cells.push_back(decode && work ? Sheet::Cell(work->read_percent(m, *ceilings))
                                     : Sheet::Cell());
      cells.push_back(work ? Sheet::Cell(work->multiply_percent(m, *ceilings)) : Sheet::Cell());
    }
    sheet.row(std::move(cells));
  }
  return sheet;
}

std::string BenchReport::print(SheetFormat format) const {
  if (format == SheetFormat::kJson) return json();
  if (format == SheetFormat::kCsv) return sheet().csv();
  const bool markdown = format == SheetFormat::kMarkdown;
  Table table;
  std::string list;
  for (const auto& line : head()) {
    table.row({line.first, line.second});
    list += str("- ", line.first, ": ", line.second, "\n");
  }
  return markdown ? list + "\n" + sheet().markdown() : table.text() + "\n" + sheet().text();
}

Plot BenchReport::plot() const {
  Plot plot{.title = str(title(), ", ", info.device, ", ", threads_of(threads), " threads"),
            .x_label = "context before (tokens)",
            .panels = {}};
  for (const char* kind : {"prompt", "decode"}) {
    PlotPanel panel{.y_label = str(kind, " (tokens/s)"), .series = {}};
    for (const Measurement& m : measurements) {
      if (m.kind != kind) continue;
      const std::string name =
          m.kind == "prompt" ? str(m.tokens, " tokens")
                             : str(m.sequences, m.sequences == 1 ? " sequence" : " sequences");
      auto series = std::find_if(panel.series.begin(), panel.series.end(),
                                 [&](const PlotSeries& s) { return s.name == name; });
      if (series == panel.series.end()) {
        series = panel.series.insert(series, PlotSeries{name, {}, {}});
      }
      series->x.push_back(m.depth);
      series->y.push_back(m.median());
    }
    if (!panel.series.empty()) plot.panels.push_back(std::move(panel));
  }
  return plot;
}

}  // namespace realm::cli
