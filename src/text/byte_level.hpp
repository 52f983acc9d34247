// The alphabet of byte-level vocabularies (GPT-2's bytes_to_unicode): each byte is written as one
// printable character, so that a vocabulary is a list of plain strings.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace realm {

/// The printable bytes of Latin-1 (21..7E, A1..AC, AE..FF) stand for themselves; the others, in
/// order, for U+0100, U+0101, ...
constexpr std::array<uint16_t, 256> byte_level_code_points() {
  std::array<uint16_t, 256> table{};
  uint16_t next = 0x100;
  for (uint16_t byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    table[byte] = printable ? byte : next++;
  }
  return table;
}
inline constexpr std::array<uint16_t, 256> kByteLevelCodePoints = byte_level_code_points();

/// Appends the character of `byte`, as UTF-8.
inline void append_byte_level(uint8_t byte, std::string& out) {
  const uint16_t code_point = kByteLevelCodePoints[byte];
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
  } else {
    out += static_cast<char>(0xC0 | code_point >> 6);
    out += static_cast<char>(0x80 | (code_point & 0x3F));
  }
}

/// The bytes that a token stands for; empty when it holds a character outside the alphabet.
inline std::optional<std::string> byte_level_decode(std::string_view token) {
  constexpr auto kBytes = [] {
    std::array<int16_t, 0x180> table{};
    for (int16_t& byte : table) byte = -1;
    for (int16_t byte = 0; byte < 256; ++byte) {
      table[kByteLevelCodePoints[static_cast<size_t>(byte)]] = byte;
    }
    return table;
  }();
  std::string out;
  for (size_t i = 0; i < token.size(); ++i) {
    size_t code_point = static_cast<uint8_t>(token[i]);
    if (code_point >= 0x80) {  // the alphabet needs two bytes at most
      if ((code_point & 0xE0) != 0xC0 || i + 1 == token.size()) return std::nullopt;
      const size_t low = static_cast<uint8_t>(token[++i]);
      if ((low & 0xC0) != 0x80) return std::nullopt;
      code_point = (code_point & 0x1F) << 6 | (low & 0x3F);
    }
    if (code_point >= kBytes.size() || kBytes[code_point] < 0) return std::nullopt;
    out += static_cast<char>(kBytes[code_point]);
  }
  return out;
}

}  // namespace realm
