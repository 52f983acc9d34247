// String literals: the escapes of Python's "unicode-escape" codec, which Jinja uses.
#include "base/str.hpp"
#include "text/jinja/syntax/lexer.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "xe9", "u4e2d", "U0001f600": how the codec's first pass spells a character.
std::string spelled(char32_t c) {
  static constexpr char kHex[] = "0123456789abcdef";
  const int width = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
  std::string out(1, width == 2 ? 'x' : width == 4 ? 'u' : 'U');
  for (int shift = (width - 1) * 4; shift >= 0; shift -= 4) out += kHex[(c >> shift) & 15];
  return out;
}

constexpr std::string_view kPlain = "\\'\"abfnrtv";
constexpr std::string_view kPlainValue = "\\'\"\a\b\f\n\r\t\v";

}  // namespace

std::string unescape(std::string_view body, std::string& message) {
  std::string out;
  out.reserve(body.size());
  for (std::size_t at = 0; at < body.size();) {
    if (body[at] != '\\') {
      out.push_back(body[at++]);
      continue;
    }
    if (++at >= body.size()) {
      message = "\\ at end of string";
      return {};
    }
    const char c = body[at];
    if (static_cast<unsigned char>(c) >= 0x80) {
      // The codec escapes this character before it looks for escapes: "\é" reads as "\\xe9".
      out += '\\';
      out += spelled(unicode::next(body, at));
    } else if (const std::size_t plain = kPlain.find(c); plain != std::string_view::npos) {
      out.push_back(kPlainValue[plain]);
      ++at;
    } else if (c == '\n') {
      ++at;
    } else if (c >= '0' && c <= '7') {
      char32_t value = 0;
      for (int i = 0; i < 3 && at < body.size() && body[at] >= '0' && body[at] <= '7'; ++i) {
        value = value * 8 + static_cast<char32_t>(body[at++] - '0');
      }
      unicode::append(out, value);
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const std::size_t width = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      char32_t value = 0;
      std::size_t i = 1;
      for (; i <= width && at + i < body.size() && hex_digit(body[at + i]) >= 0; ++i) {
        value = value * 16 + static_cast<char32_t>(hex_digit(body[at + i]));
      }
      if (i <= width) {
        message = str("truncated \\", c, std::string(width, 'X'), " escape");
        return {};
      }
      if (value > 0x10ffff) {
        message = "illegal Unicode character";
        return {};
      }
      unicode::append(out, value);
      at += width + 1;
    } else if (c == 'N') {
      // The names of all characters would be larger than the rest of the engine.
      const std::size_t close = body.find('}', at);
      const bool named = at + 1 < body.size() && body[at + 1] == '{' && close > at + 2 &&
                         close != std::string_view::npos;
      message = named ? "characters by name (\\N{...}) are not known to this engine: \\uXXXX works"
                      : "malformed \\N character escape";
      return {};
    } else {
      out += '\\';
      out.push_back(c);
      ++at;
    }
  }
  return out;
}

}  // namespace realm::jinja
