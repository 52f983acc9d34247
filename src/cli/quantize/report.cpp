#include "cli/quantize/report.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/str.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

using nlohmann::ordered_json;

std::string name_of(Format format) { return std::string(info(format).name); }

struct Sum {
  int tensors = 0;
  uint64_t bytes_before = 0, bytes_after = 0;
};

// By formats before and after.
std::map<std::pair<Format, Format>, Sum> sums_of(const QuantizeReport& report) {
  std::map<std::pair<Format, Format>, Sum> sums;
  for (const QuantizedTensor& tensor : report.tensors) {
    Sum& sum = sums[{tensor.from, tensor.to}];
    ++sum.tensors;
    sum.bytes_before += tensor.bytes_before;
    sum.bytes_after += tensor.bytes_after;
  }
  return sums;
}

int64_t kept(const QuantizeReport& report) {
  return std::count_if(report.tensors.begin(), report.tensors.end(),
                       [](const QuantizedTensor& tensor) { return !tensor.kept.empty(); });
}

double bits_per_weight(const QuantizeReport& report) {
  if (report.elements == 0) return 0;
  return 8.0 * static_cast<double>(report.bytes_after) / static_cast<double>(report.elements);
}

std::string remark_on(const QuantizedTensor& tensor) {
  if (!tensor.kept.empty()) return str("kept: ", tensor.kept);
  if (tensor.fallback_from) return str("instead of ", info(*tensor.fallback_from).name);
  return "";
}

std::string shape_text(const QuantizedTensor& tensor) {
  std::string text;
  for (const int64_t dim : tensor.shape) text += str(text.empty() ? "[" : ", ", dim);
  return text + "]";
}

std::string tensors_table(const QuantizeReport& report) {
  Table table;
  table.row({"tensor", "shape", "before", "after", "remark"});
  for (const QuantizedTensor& tensor : report.tensors) {
    table.row({quoted(tensor.name), shape_text(tensor), name_of(tensor.from), name_of(tensor.to),
               remark_on(tensor)});
  }
  return table.text();
}

}  // namespace

std::string report_text(const QuantizeReport& report, bool tensors) {
  std::string text = tensors ? tensors_table(report) + "\n" : "";
  Table table;
  table.row({"before", "after", "tensors", "size before", "size after"});
  for (const size_t column : {2u, 3u, 4u}) table.align_right(column);
  for (const auto& entry : sums_of(report)) {
    const Sum& sum = entry.second;
    table.row({name_of(entry.first.first), name_of(entry.first.second), str(sum.tensors),
               bytes_text(sum.bytes_before), bytes_text(sum.bytes_after)});
  }
  table.row({"all", report.type.data(), str(report.tensors.size()), bytes_text(report.bytes_before),
             bytes_text(report.bytes_after)});
  return text + table.text() + fixed(bits_per_weight(report), 2) + " bits a weight\n";
}

ordered_json report_json(const QuantizeReport& report) {
  ordered_json out;
  out["type"] = report.type;
  out["elements"] = report.elements;
  out["bytes_before"] = report.bytes_before;
  out["bytes_after"] = report.bytes_after;
  out["bits_per_weight"] = bits_per_weight(report);
  out["kept"] = kept(report);
  out["fallbacks"] = report.fallbacks;
  out["requantized"] = report.requantized;
  out["formats"] = ordered_json::array();
  for (const auto& entry : sums_of(report)) {
    const Sum& sum = entry.second;
    out["formats"].push_back({{"from", name_of(entry.first.first)},
                              {"to", name_of(entry.first.second)},
                              {"tensors", sum.tensors},
                              {"bytes_before", sum.bytes_before},
                              {"bytes_after", sum.bytes_after}});
  }
  out["tensors"] = ordered_json::array();
  for (const QuantizedTensor& tensor : report.tensors) {
    ordered_json row{{"name", tensor.name},
                     {"shape", tensor.shape},
                     {"from", name_of(tensor.from)},
                     {"to", name_of(tensor.to)}};
    if (tensor.fallback_from) row["instead_of"] = name_of(*tensor.fallback_from);
    if (!tensor.kept.empty()) row["kept"] = tensor.kept;
    out["tensors"].push_back(std::move(row));
  }
  return out;
}

void warn_of(const QuantizeReport& report, Console& console) {
  std::map<std::tuple<Format, Format, int64_t>, int> fallbacks;
  for (const QuantizedTensor& tensor : report.tensors) {
    if (!tensor.fallback_from) continue;
    ++fallbacks[{*tensor.fallback_from, tensor.to, tensor.shape.back()}];
  }
  for (const auto& entry : fallbacks) {
    const Format wanted = std::get<0>(entry.first), used = std::get<1>(entry.first);
    console.warning(str(entry.second, entry.second == 1 ? " tensor" : " tensors", " in ",
                        info(used).name, " instead of ", info(wanted).name, ": rows of ",
                        std::get<2>(entry.first), " elements are not whole blocks of ",
                        info(wanted).block_elems));
  }
  if (report.requantized > 0) {
    console.warning(str(report.requantized,
                        report.requantized == 1 ? " tensor was" : " tensors were",
                        " quantized before: what was lost then stays lost, and more goes"));
  }
}

std::string progress_text(const QuantizeProgress& progress, double seconds) {
  constexpr int kCells = 30;
  const double total = static_cast<double>(std::max<uint64_t>(progress.total_bytes, 1));
  const double part = std::min(1.0, static_cast<double>(progress.done_bytes) / total);
  const int full = static_cast<int>(part * kCells);
  std::string cells(kCells, '.');
  std::fill_n(cells.begin(), full, '#');
  std::string percent = fixed(100 * part, 0);
  percent.insert(0, 3 - std::min<size_t>(3, percent.size()), ' ');
  const std::string text = str("[", cells, "] ", percent, " %");
  if (part == 1.0) return text + ", putting it on the disk";
  if (part == 0) return text;
  return str(text, ", ", fixed(seconds / part * (1 - part), 0), " s left");
}

}  // namespace realm::cli
