// Counter-based random numbers: a pure function of (seed, counter), so that the draw for a token
// depends on nothing that happened before it. Two keyed rounds of SplitMix64's finalizer (Steele,
// Lea and Flood, 2014); for sampling, not for secrets.
#pragma once

#include <cstdint>

namespace realm {

constexpr uint64_t mix64(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

constexpr uint64_t random_bits(uint64_t seed, uint64_t counter) {
  constexpr uint64_t kStep = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio: counters spread out
  return mix64(mix64(seed + kStep) + (counter + 1) * kStep);
}

/// In [0, 1), a multiple of 2^-53.
constexpr double random_unit(uint64_t seed, uint64_t counter) {
  return static_cast<double>(random_bits(seed, counter) >> 11) * 0x1p-53;
}

}  // namespace realm
