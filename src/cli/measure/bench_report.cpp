#include "cli/measure/bench_report.hpp"

#include <nlohmann/json.hpp>

#include "base/str.hpp"
#include "base/thread_pool.hpp"
#include "cli/measure/resources.hpp"
#include "cli/terminal/table.hpp"
#include "cli/version.hpp"

namespace realm::cli {
namespace {

// Half the distance between the slowest and the fastest run, in percent of the median.
double spread_percent(const Measurement& m) {
  const std::vector<double> rates = m.tokens_per_second();
  return 50 * (rates.back() - rates.front()) / m.median();
}

nlohmann::ordered_json of(const Measurement& m, const BenchLoad& load) {
  const std::vector<double> rates = m.tokens_per_second();
  return {{"kind", m.kind},
          {"tokens", m.tokens},
          {"depth", load.depth},
          {"sequences", m.sequences},
          {"repetitions", m.seconds.size()},
          {"tokens_per_second",
           {{"median", m.median()},
            {"min", rates.front()},
            {"max", rates.back()},
            {"spread_percent", spread_percent(m)}}},
          {"seconds", m.seconds}};
}

}  // namespace

std::string BenchReport::json() const {
  nlohmann::ordered_json out{
      {"model",
       {{"path", model},
        {"name", info.name},
        {"architecture", info.architecture},
        {"parameters", info.parameters},
        {"bytes", info.weight_bytes}}},
      {"device", {{"name", info.device}, {"description", info.device_description}}},
      {"threads", threads > 0 ? threads : usable_threads()},
      {"machine", {{"processor", processor_name()}, {"processors", processor_count()}}},
      {"version", version()},
      {"commit", commit()},
      {"date", utc_now()},
      {"peak_memory_bytes", peak_memory_bytes()},
      {"measurements", nlohmann::ordered_json::array()}};
  for (const Measurement& m : measurements) out["measurements"].push_back(of(m, load));
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string BenchReport::text() const {
  const double millions = static_cast<double>(info.parameters) / 1e6;
  std::string out =
      str("model    ", info.name.empty() ? model : info.name, ", ", info.architecture, ", ",
          fixed(millions, 1), " M parameters, ", bytes_text(info.weight_bytes), "\ndevice   ",
          info.device, ": ", info.device_description, "\nmachine  ", processor_name(), ", ",
          threads > 0 ? threads : usable_threads(), " threads\nbuild    ", version_line(), "\n\n");
  Table table;
  for (const size_t column : {1u, 2u, 3u, 4u, 5u}) table.align_right(column);
  table.row({"", "tokens", "depth", "sequences", "tokens/s", "spread"});
  for (const Measurement& m : measurements) {
    table.row({m.kind, std::to_string(m.tokens), std::to_string(load.depth),
               std::to_string(m.sequences), fixed(m.median(), 2),
               "+-" + fixed(spread_percent(m), 1) + " %"});
  }
  return out + table.text();
}

}  // namespace realm::cli
