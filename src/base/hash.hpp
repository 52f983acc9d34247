// A 64-bit hash of bytes, to tell files apart: quick, and not against those who look for
// collisions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace realm {

/// Eight bytes at a time: multiply, fold the high half into the low one (after Vigna's and Steele's
/// mixers). `seed` chains calls: the hash of what came before.
inline uint64_t hash_bytes(std::span<const std::byte> bytes, uint64_t seed = 0) {
  const auto mix = [](uint64_t x) {
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
  };
  uint64_t hash = mix(seed ^ bytes.size() * UINT64_C(0x9e3779b97f4a7c15));
  while (!bytes.empty()) {
    uint64_t word = 0;
    const size_t n = bytes.size() < sizeof word ? bytes.size() : sizeof word;
    std::memcpy(&word, bytes.data(), n);
    hash = mix(hash ^ word) + UINT64_C(0x9e3779b97f4a7c15);
    bytes = bytes.subspan(n);
  }
  return hash;
}

}  // namespace realm
