#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/str.hpp"
#include "cli/inspect/describe.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

constexpr size_t kStringShown = 60;   // bytes of a string, and elements ...
constexpr size_t kElementsShown = 4;  // ... of an array, in the table

// The values of `array`, as `element` writes each; at most `limit` of them are decoded in full.
std::vector<gguf::Value> first_values(const gguf::Array& array, size_t limit) {
  if (array.type() == gguf::ValueType::kString) {
    std::vector<gguf::Value> first;
    const std::vector<std::string_view> all = array.strings();
    for (size_t i = 0; i < std::min(limit, all.size()); ++i) {
      first.emplace_back(std::string(all[i]));
    }
    return first;
  }
  std::vector<gguf::Value> values = array.values();
  if (values.size() > limit)
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(limit), values.end());
  return values;
}

struct AsText {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const std::string& value) const { return quoted(value, kStringShown); }
  std::string operator()(const gguf::Array& array) const {
    std::string text = str(array.size(), array.size() == 1 ? " element" : " elements");
    const char* comma = ": ";
    for (const gguf::Value& value : first_values(array, kElementsShown)) {
      text += comma + std::visit(*this, value.variant());
      comma = ", ";
    }
    return text + (array.size() > kElementsShown ? ", ..." : "");
  }
  template <class Number>
  std::string operator()(Number value) const {
    return str(+value);  // +: bytes are numbers too
  }
};

struct AsJson {
  nlohmann::ordered_json operator()(const gguf::Array& array) const {
    if (array.size() > kArrayShown) {
      return {{"array_of", to_string(array.type())}, {"size", array.size()}};
    }
    auto list = nlohmann::ordered_json::array();
    for (const gguf::Value& value : array.values()) {
      list.push_back(std::visit(*this, value.variant()));
    }
    return list;
  }
  template <class T>
  nlohmann::ordered_json operator()(const T& value) const {
    return value;  // infinities and NaN become null
  }
};

}  // namespace

std::string metadata_text(const gguf::Metadata& metadata) {
  Table table;
  table.row({"key", "type", "value"});
  for (const auto& entry : metadata.entries()) {
    // A key is untrusted text too; quotes only where it needs them.
    std::string key = quoted(entry.key);
    if (key == "\"" + entry.key + "\"") key = entry.key;
    table.row({key, entry.value.type_name(), std::visit(AsText{}, entry.value.variant())});
  }
  return table.text();
}

nlohmann::ordered_json metadata_json(const gguf::Metadata& metadata) {
  auto out = nlohmann::ordered_json::object();
  for (const auto& entry : metadata.entries()) {
    out[entry.key] = std::visit(AsJson{}, entry.value.variant());
  }
  return out;
}

}  // namespace realm::cli
