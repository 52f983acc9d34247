// The one place where concrete backends are named. Everything else asks here.
#pragma once

#include <memory>
#include <string>

#include "backend/device.hpp"
#include "realm/device.hpp"
#include "realm/log.hpp"

namespace realm {

/// Opens `name`: auto, cpu, reference, cuda, webgpu or metal, with ":N" for the Nth device. A named
/// device that is not there is an error that says why; "auto" takes the first that is there and
/// reports on `log`, in one line, the backends that it had to pass over.
Result<std::unique_ptr<Device>> open_device(const std::string& name, const DeviceOptions& options,
                                            const LogSink& log);

}  // namespace realm
