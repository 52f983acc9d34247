// The frequencies that RopeTable multiplies positions with, scaling applied: host arithmetic, once
// a load.
#pragma once

#include <span>
#include <vector>

#include "model/config.hpp"

namespace realm {

struct RopeFrequencies {
  std::vector<float> inv_freq;  ///< [dims / 2]
  float magnitude = 1.0f;       ///< of the turned vectors: YaRN's attention factor
};

/// `divisors` (of a file's rope_freqs.weight, or empty) divide the frequencies before scaling.
RopeFrequencies rope_frequencies(const RopeConfig& rope, std::span<const float> divisors);

}  // namespace realm
