#include "backend/registry.hpp"

#include <cstdlib>
#include <optional>

#include "backend/ceilings.hpp"
#include "backend/cpu/ceilings.hpp"
#include "backend/cpu/device.hpp"
#include "backend/reference/device.hpp"
#include "base/str.hpp"

namespace realm {
namespace {

using Open = Result<std::unique_ptr<Device>> (*)(const DeviceOptions& options);
using Describe = Result<std::string> (*)(const DeviceOptions& options);

// A row without functions is a backend that this build does not have.
struct Backend {
  std::string_view name;
  Open open;
  Describe describe;  // without making the device
  std::string_view absent;
  bool automatic;   // "auto" may take it
  bool takes_blas;  // DeviceOptions::blas
  std::vector<std::string> (*details)(const DeviceOptions& options) = nullptr;
};

Result<std::unique_ptr<Device>> open_reference(const DeviceOptions&) {
  return make_reference_device();
}
Result<std::string> describe_reference(const DeviceOptions&) {
  return make_reference_device()->info().description;
}

constexpr std::string_view kNotBuilt = "not in this build";

// In the order of preference of "auto".
constexpr Backend kBackends[] = {
    {"cuda", nullptr, nullptr, kNotBuilt, true, false},
    {"metal", nullptr, nullptr, kNotBuilt, true, false},
    {"webgpu", nullptr, nullptr, kNotBuilt, true, false},
    {"cpu", &make_cpu_device, &describe_cpu_device, "", true, true, &cpu_device_details},
    {"reference", &open_reference, &describe_reference, "", false, false},
};

const Backend* find_backend(std::string_view name) {
  for (const Backend& backend : kBackends) {
    if (backend.name == name) return &backend;
  }
  return nullptr;
}

std::string names() {
  std::string out = "auto";
  for (const Backend& backend : kBackends) out += str(", ", backend.name);
  return out;
}

// "cuda:1" is {"cuda", 1}; nothing for what is no name with a number.
struct Request {
  std::string name;
  int index = 0;
};
std::optional<Request> parse(const std::string& text) {
  const size_t colon = text.find(':');
  Request out{text.substr(0, colon), 0};
  if (colon == std::string::npos) return out;
  const std::string digits = text.substr(colon + 1);
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    out.index = out.index * 10 + (c - '0');
  }
  return out;
}

Result<std::unique_ptr<Device>> open_backend(const Backend& backend, int index,
                                             const DeviceOptions& options) {
  const std::string name = str(backend.name, index == 0 ? "" : str(":", index));
  if (backend.open == nullptr) {
    return Error{Code::kNotFound, str("device ", name, " is not there: ", backend.absent)};
  }
  // Host backends are one device each.
  if (index != 0) {
    return Error{Code::kNotFound,
                 str("device ", name, " is not there: there is only ", backend.name, ":0")};
  }
  if (!options.blas.empty() && !backend.takes_blas) {
    return Error{Code::kUnsupported, str("device ", name, " takes no BLAS library")};
  }
  auto device = backend.open(options);
  if (!device) return std::move(device).error().in("device " + name);
  return device;
}

// Backends that "auto" passed over for one reason.
struct Passed {
  std::string names;
  std::string reason;
};

void pass_over(std::vector<Passed>& passed, const Backend& backend, const Error& error) {
  const std::string reason = backend.open == nullptr ? std::string(backend.absent) : error.message;
  if (passed.empty() || passed.back().reason != reason) {
    passed.push_back({std::string(backend.name), reason});
  } else {
    passed.back().names += str(", ", backend.name);
  }
}

std::string text_of(const std::vector<Passed>& passed) {
  std::string out;
  for (const Passed& p : passed) out += str(out.empty() ? "" : "; ", p.names, ": ", p.reason);
  return out;
}

void report_blas(const Device& device, const LogSink& log) {
  const DeviceInfo& info = device.info();
  if (!log || info.blas.empty()) return;
  log(LogLevel::kInfo, str("device ", info.name, ": F32 weights are multiplied by ", info.blas,
                           ": bits may depend on batch and threads"));
}

}  // namespace

std::vector<DeviceListing> list_devices() {
  std::vector<DeviceListing> out;
  for (const Backend& backend : kBackends) {
    DeviceListing listing{std::string(backend.name), "", std::string(backend.absent)};
    if (backend.describe != nullptr) {
      auto description = backend.describe({});
      if (description) {
        listing.description = std::move(description).value();
        if (backend.details != nullptr) listing.details = backend.details({});
      } else {
        listing.unavailable = description.error().message;
      }
    }
    out.push_back(std::move(listing));
  }
  return out;
}

Result<std::unique_ptr<Device>> open_device(const std::string& name, const DeviceOptions& options,
                                            const LogSink& log) {
  const auto request = parse(name);
  if (request && request->name == "auto" && name == "auto") {
    std::vector<Passed> passed;
    for (const Backend& backend : kBackends) {
      if (!backend.automatic) continue;
      auto device = open_backend(backend, 0, options);
      if (device) {
        report_blas(**device, log);
        if (log && !passed.empty()) {
          log(LogLevel::kInfo, str("device ", backend.name, " (", text_of(passed), ")"));
        }
        return device;
      }
      pass_over(passed, backend, device.error());
    }
    return Error{Code::kNotFound, "no device: " + text_of(passed)};
  }
  const Backend* backend = request ? find_backend(request->name) : nullptr;
  if (backend == nullptr) {
    return Error{Code::kInvalidArgument, str("no device is called \"", name, "\"; there are ",
                                             names(), ", with :N for the Nth of a kind")};
  }
  auto device = open_backend(*backend, request->index, options);
  if (device) report_blas(**device, log);
  return device;
}

Result<Ceilings> measure_ceilings(const DeviceInfo& device, int threads) {
  if (device.name == "cpu") return measure_cpu_ceilings(device.variant, threads);
  return Error{Code::kUnsupported,
               str("device ", device.name, ": nobody measures what it can do at most")};
}

std::string device_or_default(const std::string& name) {
  if (!name.empty()) return name;
  const char* environment = std::getenv("REALM_DEVICE");
  return environment != nullptr && *environment != '\0' ? environment : "auto";
}

}  // namespace realm
