// Random numbers of this folder's tests: equal on every machine for one seed.
#pragma once

#include <cmath>
#include <cstdint>

#include "engine/random.hpp"

namespace realm {

class Rng {
 public:
  explicit Rng(uint64_t seed) : seed_(seed) {}
  uint64_t next() { return random_bits(seed_, counter_++); }
  /// In [0, 1).
  double uniform() { return random_unit(seed_, counter_++); }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// In [0, n).
  int64_t below(int64_t n) { return static_cast<int64_t>(next() % static_cast<uint64_t>(n)); }
  /// Mean 0, variance 1 (Box and Muller).
  double gaussian() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

 private:
  uint64_t seed_;
  uint64_t counter_ = 0;
};

}  // namespace realm
