#include "base/utf8.hpp"

#include <cstdint>

namespace realm {
namespace {

// Table 3-7 of the Unicode standard: how many bytes follow a first byte, and the range of the
// second; every further byte is 80..BF.
struct Lead {
  uint8_t following = 0;
  uint8_t second_min = 0x80;
  uint8_t second_max = 0xBF;
  bool valid = false;
};

Lead lead(uint8_t byte) {
  if (byte < 0x80) return {0, 0, 0, true};
  if (byte < 0xC2) return {};
  if (byte < 0xE0) return {1, 0x80, 0xBF, true};
  if (byte == 0xE0) return {2, 0xA0, 0xBF, true};
  if (byte == 0xED) return {2, 0x80, 0x9F, true};
  if (byte < 0xF0) return {2, 0x80, 0xBF, true};
  if (byte == 0xF0) return {3, 0x90, 0xBF, true};
  if (byte < 0xF4) return {3, 0x80, 0xBF, true};
  if (byte == 0xF4) return {3, 0x80, 0x8F, true};
  return {};
}

}  // namespace

Utf8Step utf8_step(std::string_view text, size_t position) {
  const Lead first = lead(static_cast<uint8_t>(text[position]));
  if (!first.valid) return {1, false, false};
  for (size_t i = 1; i <= first.following; ++i) {
    if (position + i == text.size()) return {i, false, true};
    const uint8_t byte = static_cast<uint8_t>(text[position + i]);
    const uint8_t min = i == 1 ? first.second_min : uint8_t{0x80};
    const uint8_t max = i == 1 ? first.second_max : uint8_t{0xBF};
    if (byte < min || byte > max) return {i, false, false};
  }
  return {size_t{1} + first.following, true, false};
}

char32_t utf8_decode(std::string_view text, size_t position, size_t bytes) {
  const uint8_t first = static_cast<uint8_t>(text[position]);
  if (bytes == 1) return first;
  char32_t code_point = first & (0x7Fu >> bytes);
  for (size_t i = 1; i < bytes; ++i) {
    code_point = code_point << 6 | (static_cast<uint8_t>(text[position + i]) & 0x3Fu);
  }
  return code_point;
}

void utf8_append(char32_t code_point, std::string& out) {
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
    return;
  }
  const int following = code_point < 0x800 ? 1 : code_point < 0x10000 ? 2 : 3;
  constexpr unsigned kMark[] = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kMark[following] | code_point >> (6 * following));
  for (int i = following - 1; i >= 0; --i) {
    out += static_cast<char>(0x80 | (code_point >> (6 * i) & 0x3F));
  }
}

size_t utf8_valid_run(std::string_view text, size_t position) {
  size_t end = position;
  while (end < text.size()) {
    if (static_cast<uint8_t>(text[end]) < 0x80) {
      ++end;
      continue;
    }
    const Utf8Step step = utf8_step(text, end);
    if (!step.valid) break;
    end += step.bytes;
  }
  return end - position;
}

std::string utf8_replace_invalid(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t run = utf8_valid_run(text, at);
    out.append(text, at, run);
    at += run;
    if (at == text.size()) break;
    out += "\xEF\xBF\xBD";
    at += utf8_step(text, at).bytes;
  }
  return out;
}

}  // namespace realm
