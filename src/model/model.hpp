// A model on a device: its numbers, its weights and the passes of its architecture.
#pragma once

#include <memory>
#include <vector>

#include "model/architecture.hpp"

namespace realm {

struct Model {
  const Architecture* architecture = nullptr;
  Config config;
  Weights weights;
  std::vector<std::unique_ptr<Buffer>> buffers;  ///< what the views of `weights` lie in
};

}  // namespace realm
