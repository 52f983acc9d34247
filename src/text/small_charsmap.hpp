// Makes a small `precompiled_charsmap`, for tests: each node has a block of the array to itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace realm::testing {

inline void append_u32(uint32_t value, std::string& out) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

/// Units and replacements of `entries`, neither key nor value with U+0000 in it.
inline std::string small_charsmap(const std::map<std::string, std::string>& entries) {
  std::vector<uint32_t> units(256, 0xFF);  // a byte that leads to no such place
  std::string replacements;
  const auto add_children = [&units](uint32_t node) {
    const uint32_t base = static_cast<uint32_t>(units.size());
    units.resize(units.size() + 256, 0xFF);
    units[node] = (units[node] & 0xFF) | (node ^ base) << 10;
    return base;
  };
  const auto base_of = [&units](uint32_t node) { return node ^ (units[node] >> 10); };
  units[0] = 0;
  add_children(0);
  for (const auto& [key, value] : entries) {
    uint32_t node = 0;
    for (const char c : key) {
      const uint32_t next = base_of(node) ^ static_cast<uint8_t>(c);
      if (units[next] == 0xFF) {
        units[next] = static_cast<uint8_t>(c);
        add_children(next);
      }
      node = next;
    }
    units[node] |= 1u << 8;
    units[base_of(node)] = 1u << 31 | static_cast<uint32_t>(replacements.size());
    replacements += value;
    replacements += '\0';
  }
  std::string out;
  append_u32(static_cast<uint32_t>(units.size() * 4), out);
  for (const uint32_t unit : units) append_u32(unit, out);
  return out + replacements;
}

}  // namespace realm::testing
