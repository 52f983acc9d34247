#include "text/charsmap.hpp"

#include <algorithm>

#include "base/str.hpp"

namespace realm {
namespace {

// A unit is a node or a value. A node: bits 0..7 the byte that leads to it, bit 8 whether an entry
// ends here, bits 10..30 where its children are, relative to it, in units of 256 when bit 9 is set.
// A value: bit 31, and where the replacement begins.
constexpr uint32_t kValue = uint32_t{1} << 31;
constexpr uint32_t kEnds = uint32_t{1} << 8;
constexpr uint32_t kWide = uint32_t{1} << 9;

// The published tables have entries of some 20 bytes. A malformed array may be a circle.
constexpr size_t kMaxEntryBytes = 256;

uint32_t children(uint32_t at, uint32_t unit) {
  return at ^ ((unit >> 10 & 0x1FFFFF) << ((unit & kWide) ? 8 : 0));
}

bool leads_to(uint32_t unit, uint8_t byte) { return (unit & (kValue | 0xFF)) == byte; }

uint32_t little_endian(std::string_view bytes, size_t at) {
  uint32_t out = 0;
  for (size_t i = 0; i < 4; ++i) {
    out |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
  }
  return out;
}

Error corrupt(std::string what) {
  return {Code::kCorruptFile, str("vocabulary: precompiled_charsmap: ", what)};
}

}  // namespace

Result<Charsmap> Charsmap::create(std::string_view bytes) {
  Charsmap map;
  if (bytes.empty()) return map;
  if (bytes.size() < 4) return corrupt(str(bytes.size(), " bytes, no header"));
  const size_t array_bytes = little_endian(bytes, 0);
  if (array_bytes > bytes.size() - 4) {
    return corrupt(str("an array of ", array_bytes, " bytes in ", bytes.size()));
  }
  if (array_bytes == 0 || array_bytes % 4 != 0) {
    return corrupt(str("an array of ", array_bytes, " bytes, expected a multiple of 4"));
  }
  map.replacements_ = bytes.substr(4 + array_bytes);
  if (!map.replacements_.empty() && map.replacements_.back() != '\0') {
    return corrupt("the last replacement has no end");
  }
  const size_t size = array_bytes / 4;
  map.units_.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    const uint32_t unit = little_endian(bytes, 4 + 4 * i);
    if (unit & kValue) {
      if ((unit & ~kValue) >= map.replacements_.size()) {
        return corrupt(str("unit ", i, ": replacement at ", unit & ~kValue, " of ",
                           map.replacements_.size(), " bytes"));
      }
    } else if ((children(static_cast<uint32_t>(i), unit) | 0xFF) >= size) {
      return corrupt(str("unit ", i, ": children at ", children(static_cast<uint32_t>(i), unit),
                         " of ", size, " units"));
    }
    map.units_.push_back(unit);
  }
  if (map.units_[0] & kValue) return corrupt("unit 0 is a value");
  return map;
}

Charsmap::Match Charsmap::longest(std::string_view text) const {
  Match found;
  if (units_.empty()) return found;
  uint32_t base = children(0, units_[0]);
  const size_t end = std::min(text.size(), kMaxEntryBytes);
  for (size_t i = 0; i < end; ++i) {
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    if (byte == 0) break;  // leads to a value
    const uint32_t at = base ^ byte;
    const uint32_t unit = units_[at];
    if (!leads_to(unit, byte)) break;
    base = children(at, unit);
    if ((unit & kEnds) && (units_[base] & kValue)) {
      found.bytes = i + 1;
      found.replacement = replacements_.c_str() + (units_[base] & ~kValue);
    }
  }
  return found;
}

bool Charsmap::keeps_ascii(uint8_t byte) const {
  if (units_.empty()) return true;
  if (byte == 0) return false;
  const uint32_t at = children(0, units_[0]) ^ byte;
  if (!leads_to(units_[at], byte)) return true;
  if (units_[at] & kEnds) return false;
  const uint32_t base = children(at, units_[at]);
  for (uint8_t next = 1; next < 0x80; ++next) {
    if (leads_to(units_[base ^ next], next)) return false;
  }
  return true;
}

}  // namespace realm
