// The devices that Realm can compute on, by name. Names: "cpu", "reference" (every op by its
// definition, slow), "cuda", "metal", "webgpu", each with ":N" for the Nth of its kind, and "auto".
// Thread-safe.
#pragma once

#include <string>
#include <vector>

namespace realm {

struct DeviceOptions {
  int threads = 0;  ///< of host devices; 0: one per physical core this process may use
  /// Of these, those that decode; 0: as many as a trial at load finds worth having.
  int decode_threads = 0;
  /// Keeps each thread on one core where every core of the machine is the process's to use.
  bool pin_threads = true;
  std::string cpu_isa =
      {};  ///< forces a variant of the cpu device; empty: REALM_CPU_ISA, or the best
  /// The cpu device rounds activations to 16 bits instead of 8, and keeps keys and values in F32
  /// unless asked otherwise: results as good as float (docs/numerics.md), at a lower speed. Devices
  /// that do not round are so anyway.
  bool precise = false;
  /// A BLAS library for products with F32 weights on the cpu device: "auto" for MKL or OpenBLAS,
  /// whichever is installed, or a shared library's path or name; empty: none. Bits may then depend
  /// on batch and threads. The library is told the device's threads, for the whole process.
  std::string blas = {};
};

/// A device that can be opened, or a backend that was tried in vain.
struct DeviceListing {
  std::string name = {};                  ///< "cpu", "cuda:0"
  std::string description = {};           ///< of a device found
  std::string unavailable = {};           ///< why not; empty: it is there
  std::vector<std::string> details = {};  ///< lines for people who ask for more
};

/// Everything that was looked for, in the order of preference of "auto".
std::vector<DeviceListing> list_devices();

/// `name` if it is not empty, else what the environment variable REALM_DEVICE holds, else "auto".
std::string device_or_default(const std::string& name);

}  // namespace realm
