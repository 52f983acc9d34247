// What `realm run` tells about an answer, for people and for programs.
#pragma once

#include <string>

#include "realm/engine.hpp"

namespace realm::cli {

struct RunReport {
  std::string model;  ///< the file
  ModelInfo info;
  double load_seconds = 0;
  Answer answer{};

  std::string json() const;   ///< one object, with a line break behind it
  std::string lines() const;  ///< speeds and memory
};

}  // namespace realm::cli
