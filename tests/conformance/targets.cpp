#include "targets.hpp"

#include "backend/reference/device.hpp"
#include "backend/registry.hpp"
#include "base/str.hpp"
#include "remote_device.hpp"

namespace realm::conformance {

Result<Target> open_target(const std::string& device, const std::string& isa, bool precise,
                           const std::string& blas) {
  Target target;
  auto& devices = target.devices;
  if (device == "reference") {
    devices.push_back(make_reference_device());
  } else if (device == "rounding") {
    devices.push_back(
        make_reference_device(precise ? Activations::kInt16Block32 : Activations::kInt8Block32));
  } else if (device == "remote:reference") {
    devices.push_back(make_remote_device(make_reference_device()));
  } else {
    const bool remote = device == "remote";
    // Two threads are judged; one and three must agree with them to the bit.
    for (const int threads : {2, 1, 3}) {
      DeviceOptions options;
      options.threads = threads;
      options.cpu_isa = isa;
      options.precise = precise;
      options.blas = blas;
      REALM_ASSIGN(auto opened, open_device(remote ? "cpu" : device, options, LogSink{}));
      if (remote) {
        devices.push_back(make_remote_device(std::move(opened)));
        break;
      }
      devices.push_back(std::move(opened));
      if (device != "cpu") break;
    }
  }
  const DeviceInfo& info = devices.front()->info();
  target.name = str(info.name, " ", info.variant, " (", info.description, ")");
  return target;
}

}  // namespace realm::conformance
