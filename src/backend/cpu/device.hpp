// The cpu device: kernels of the best instruction set that the machine has, a pool of threads,
// weights packed for the matmul kernels (linear/). Streams are synchronous: work is done when run()
// returns. The bits of a result do not depend on the number of threads.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/device.hpp"
#include "realm/device.hpp"

namespace realm {

/// options.threads 0: one per physical core that this process may use. options.cpu_isa empty: what
/// REALM_CPU_ISA names, or the best. The error says what the machine lacks.
Result<std::unique_ptr<Device>> make_cpu_device(const DeviceOptions& options);

/// "AMD EPYC, avx512, 2 threads" of such a device, without making it.
Result<std::string> describe_cpu_device(const DeviceOptions& options);
/// More about it, in lines: cores, memory nodes, pinning.
std::vector<std::string> cpu_device_details(const DeviceOptions& options);

}  // namespace realm
