// The devices that conformance can be run on, by name:
//   reference   the definitions themselves
//   rounding    the definitions with activations rounded to int8 blocks; precise: to two codes
//   remote      RemoteDevice over the best cpu; remote:reference over the reference
//   anything    that the registry opens: cpu (with an instruction set), ...
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/device.hpp"

namespace realm::conformance {

struct Target {
  std::string name;  ///< for people: "cpu avx512, 2 threads"
  /// The first is judged; the others (other numbers of threads) must give its bits.
  std::vector<std::unique_ptr<Device>> devices;
};

/// `precise`, `blas`: as DeviceOptions has them.
Result<Target> open_target(const std::string& device, const std::string& isa, bool precise,
                           const std::string& blas);

}  // namespace realm::conformance
