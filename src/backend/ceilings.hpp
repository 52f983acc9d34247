// What a device can do at most: with it, speeds become percentages.
#pragma once

#include "backend/device.hpp"
#include "realm/error.hpp"

namespace realm {

struct Ceilings {
  double read_bytes_per_second = 0;  ///< of memory that no cache holds
  double int8_macs_per_second = 0;   ///< products of bytes, as block formats are multiplied
  double float_macs_per_second = 0;  ///< products of float32
};

/// Measured now, in about a second, with the kernels of the device and `threads` threads (0: one
/// per usable core); the device should be idle. kUnsupported for devices that nobody measures.
Result<Ceilings> measure_ceilings(const DeviceInfo& device, int threads);

}  // namespace realm
