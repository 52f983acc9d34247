// What each device here can do: ops of the closed list, and formats of weights.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "realm/error.hpp"
#include "realm/format.hpp"

namespace realm::cli {

struct DeviceSupport {
  std::string name;
  std::string unavailable;       ///< why it is not here; then the rest is empty
  std::vector<std::string> ops;  ///< that it has, by name
  std::vector<Format> formats;   ///< of weights that it multiplies with
  std::string activations;       ///< "8 bits in blocks of 32", of its products with block formats
  std::string cache;             ///< format of keys and values, unless asked otherwise
  std::string blas;              ///< library that multiplies with F32 weights; empty: none
  bool same_bits = true;         ///< whatever the batch and the threads
};

/// Of every device that was looked for; opens those that are there.
/// With DeviceOptions::precise and, where a device takes one, DeviceOptions::blas, which has to be
/// there when it is asked for.
Result<std::vector<DeviceSupport>> device_support(bool precise, const std::string& blas);

/// Tables of ops by devices, of formats by devices and of how devices compute. `used` are the
/// model's formats: marked.
std::string support_text(const std::vector<DeviceSupport>& devices,
                         const std::vector<Format>& used);
nlohmann::ordered_json support_json(const std::vector<DeviceSupport>& devices);

}  // namespace realm::cli
