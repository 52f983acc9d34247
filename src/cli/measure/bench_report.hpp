// What `realm bench` prints.
#pragma once

#include <string>
#include <vector>

#include "cli/measure/speed.hpp"
#include "realm/model_info.hpp"

namespace realm::cli {

struct BenchReport {
  std::string model;  ///< the file
  const ModelInfo& info;
  int threads;  ///< as asked for; 0: one per usable core
  const BenchLoad& load;
  const std::vector<Measurement>& measurements;

  std::string json() const;  ///< one object, see docs/bench.md
  std::string text() const;
};

}  // namespace realm::cli
