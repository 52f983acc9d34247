#include "cli/inspect/support.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "backend/registry.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

template <class T>
bool has(const std::vector<T>& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::vector<std::string> all_ops() {
  std::vector<std::string> names;
  OpList::for_each([&]<class Op>() { names.emplace_back(Op::kName); });
  return names;
}

std::string to_string(Activations activations) {
  if (activations == Activations::kInt8Block32) return "8 bits in blocks of 32";
  if (activations == Activations::kInt16Block32) return "16 bits in blocks of 32";
  return "float";
}

DeviceSupport support_of(const Device& device) {
  DeviceSupport support;
  support.name = device.info().name;
  support.activations = to_string(device.info().activations);
  support.cache = info(device.info().cache_format).name;
  support.blas = device.info().blas;
  support.same_bits = device.info().same_bits;
  OpList::for_each([&]<class Op>() {
    if (device.kernels().at<Op>() != nullptr) support.ops.emplace_back(Op::kName);
  });
  for (const FormatInfo* format = formats_begin(); format != formats_end(); ++format) {
    if (device.supports_weight(format->format)) support.formats.push_back(format->format);
  }
  return support;
}

}  // namespace

Result<std::vector<DeviceSupport>> device_support(bool precise, const std::string& blas) {
  DeviceOptions options;
  options.threads = 1;  // nothing is computed
  options.precise = precise;
  std::vector<DeviceSupport> all;
  for (const DeviceListing& listing : list_devices()) {
    DeviceSupport absent;
    absent.name = listing.name;
    absent.unavailable = listing.unavailable;
    if (listing.unavailable.empty()) {
      options.blas = listing.name == "reference" ? "" : blas;
      auto device = open_device(listing.name, options, {});
      if (!device && !options.blas.empty()) return std::move(device).error();
      if (device) {
        all.push_back(support_of(**device));
        continue;
      }
      absent.unavailable = device.error().message;
    }
    all.push_back(std::move(absent));
  }
  return all;
}

std::string support_text(const std::vector<DeviceSupport>& devices,
                         const std::vector<Format>& used) {
  Table ops, formats, numerics;
  std::vector<std::string> head{"op"};
  std::string missing;
  for (const DeviceSupport& device : devices) {
    if (device.unavailable.empty()) head.push_back(device.name);
    if (!device.unavailable.empty())
      missing += device.name + ": not here: " + device.unavailable + "\n";
  }
  ops.row(head);
  head.front() = "weight format";
  head.emplace_back("this model");
  formats.row(head);
  const auto cells = [&](auto&& supports) {
    std::vector<std::string> row;
    for (const DeviceSupport& device : devices) {
      if (device.unavailable.empty()) row.emplace_back(supports(device) ? "yes" : "-");
    }
    return row;
  };
  for (const std::string& op : all_ops()) {
    auto row = cells([&](const DeviceSupport& device) { return has(device.ops, op); });
    row.insert(row.begin(), op);
    ops.row(std::move(row));
  }
  for (const FormatInfo* format = formats_begin(); format != formats_end(); ++format) {
    const Format id = format->format;
    auto row = cells([&](const DeviceSupport& device) { return has(device.formats, id); });
    row.insert(row.begin(), std::string(format->name));
    if (has(used, id)) row.emplace_back("used");
    formats.row(std::move(row));
  }
  numerics.row({"device", "activations of block formats", "keys and values", "F32 products",
                "same bits for any batch and threads"});
  for (const DeviceSupport& device : devices) {
    if (!device.unavailable.empty()) continue;
    numerics.row({device.name, device.activations, device.cache,
                  device.blas.empty() ? "own" : device.blas,
                  device.same_bits ? "yes" : "no: not promised with a BLAS"});
  }
  return ops.text() + "\n" + formats.text() + "\n" + numerics.text() +
         (missing.empty() ? "" : "\n" + missing);
}

nlohmann::ordered_json support_json(const std::vector<DeviceSupport>& devices) {
  auto list = nlohmann::ordered_json::array();
  for (const DeviceSupport& device : devices) {
    auto formats = nlohmann::ordered_json::array();
    for (const Format format : device.formats) formats.push_back(info(format).name);
    list.push_back({{"device", device.name},
                    {"available", device.unavailable.empty()},
                    {"reason", device.unavailable},
                    {"ops", device.ops},
                    {"weight_formats", std::move(formats)},
                    {"activations", device.activations},
                    {"cache_format", device.cache},
                    {"blas", device.blas},
                    {"same_bits", device.same_bits}});
  }
  return list;
}

}  // namespace realm::cli
