// The one place where concrete backends are named. Everything else asks here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/device.hpp"
#include "base/log.hpp"

namespace realm {

struct DeviceOptions {
  int threads = 0;      ///< of host backends; 0: one per physical core this process may use
  std::string cpu_isa;  ///< forces a variant of the cpu backend; empty: the best
};

/// A device that can be opened, or a backend that was tried in vain.
struct DeviceListing {
  std::string name;         ///< "cpu", "cuda:0"
  std::string description;  ///< of a device found
  std::string unavailable;  ///< why not; empty: it is there
};

/// Everything that was looked for, in the order of preference of "auto".
std::vector<DeviceListing> list_devices();

/// Opens `name`: auto, cpu, reference, cuda, webgpu or metal, with ":N" for the Nth device. A named
/// device that is not there is an error that says why; "auto" takes the first that is there and
/// reports on `log` each backend that it had to pass over.
Result<std::unique_ptr<Device>> open_device(const std::string& name, const DeviceOptions& options,
                                            const LogSink& log);

/// `name` if it is not empty, else what the environment variable REALM_DEVICE holds, else "auto".
std::string device_or_default(const std::string& name);

}  // namespace realm
