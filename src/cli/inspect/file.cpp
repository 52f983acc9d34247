#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/str.hpp"
#include "cli/inspect/describe.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

int64_t elements(const gguf::File& file) {
  int64_t sum = 0;
  for (const gguf::TensorInfo& tensor : file.tensors()) sum += tensor.shape.elems();
  return sum;
}

std::string text_or_nothing(const gguf::Metadata& metadata, const char* key) {
  const auto found = metadata.get_optional<std::string>(key);
  return found && *found ? **found : "";
}

std::string millions(int64_t count) { return fixed(static_cast<double>(count) / 1e6, 2) + " M"; }

}  // namespace

std::vector<FormatShare> format_shares(const gguf::File& file) {
  std::map<Format, FormatShare> by_format;
  for (const gguf::TensorInfo& tensor : file.tensors()) {
    FormatShare& share =
        by_format.try_emplace(tensor.format, FormatShare{tensor.format}).first->second;
    ++share.tensors;
    share.elements += tensor.shape.elems();
    share.bytes += tensor.size_bytes;
  }
  std::vector<FormatShare> shares;
  for (const auto& entry : by_format) shares.push_back(entry.second);
  std::stable_sort(shares.begin(), shares.end(),
                   [](const FormatShare& a, const FormatShare& b) { return a.bytes > b.bytes; });
  return shares;
}

std::string file_text(const std::string& path, const gguf::File& file) {
  Table head;
  head.row({"file", path});
  head.row({"size", str(bytes_text(file.size_bytes()), ", GGUF version ", file.version(),
                        file.parts() > 1 ? str(", ", file.parts(), " parts") : "")});
  for (const char* key : {"general.name", "general.architecture", "general.license"}) {
    const std::string value = text_or_nothing(file.metadata(), key);
    if (!value.empty()) head.row({std::string(key).substr(8), quoted(value, 80)});
  }
  head.row({"parameters", millions(elements(file))});
  std::string text = head.text();
  if (file.tensors().empty()) return text;

  Table formats;
  for (const size_t column : {1u, 2u, 3u}) formats.align_right(column);
  formats.row({"format", "tensors", "elements", "size"});
  for (const FormatShare& share : format_shares(file)) {
    formats.row({std::string(info(share.format).name), std::to_string(share.tensors),
                 millions(share.elements), bytes_text(share.bytes)});
  }
  return text + "\n" + formats.text();
}

std::string tensors_text(const gguf::File& file) {
  Table table;
  for (const size_t column : {3u, 4u}) table.align_right(column);
  table.row({"tensor", "format", "shape", "bytes", "offset"});
  for (const gguf::TensorInfo& tensor : file.tensors()) {
    table.row({quoted(tensor.name), std::string(info(tensor.format).name), to_string(tensor.shape),
               std::to_string(tensor.size_bytes), std::to_string(tensor.offset_bytes)});
  }
  return table.text();
}

nlohmann::ordered_json file_json(const std::string& path, const gguf::File& file) {
  nlohmann::ordered_json out{{"file", path},
                             {"bytes", file.size_bytes()},
                             {"gguf_version", file.version()},
                             {"parts", file.parts()},
                             {"parameters", elements(file)},
                             {"formats", nlohmann::ordered_json::array()}};
  for (const FormatShare& share : format_shares(file)) {
    out["formats"].push_back({{"format", info(share.format).name},
                              {"tensors", share.tensors},
                              {"elements", share.elements},
                              {"bytes", share.bytes}});
  }
  return out;
}

nlohmann::ordered_json tensors_json(const gguf::File& file) {
  auto list = nlohmann::ordered_json::array();
  for (const gguf::TensorInfo& tensor : file.tensors()) {
    auto shape = nlohmann::ordered_json::array();
    for (int i = 0; i < tensor.shape.rank(); ++i) shape.push_back(tensor.shape[i]);
    list.push_back({{"name", tensor.name},
                    {"format", info(tensor.format).name},
                    {"shape", std::move(shape)},
                    {"bytes", tensor.size_bytes},
                    {"offset", tensor.offset_bytes},
                    {"part", tensor.part}});
  }
  return list;
}

}  // namespace realm::cli
