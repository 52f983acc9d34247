// The reference device: every op by its definition in src/ops, on host memory, one thread. Always
// built, always correct, slow. Weights keep the file's own bytes.
#pragma once

#include <memory>

#include "backend/device.hpp"

namespace realm {

/// `activations`: how matmuls of block formats round; the tests' second definition is int8.
std::unique_ptr<Device> make_reference_device(Activations activations = Activations::kFloat);

}  // namespace realm
