// The parts that "%" and format() share: numbers in a given notation, and padding.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "text/jinja/builtins/format/format.hpp"
#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {

std::string format_real(double value, char conversion, int precision, bool alternate) {
  const bool capital = conversion >= 'A' && conversion <= 'Z';
  if (std::isnan(value)) return capital ? "NAN" : "nan";
  if (std::isinf(value)) {
    return std::string(value < 0 ? "-" : "") + (capital ? "INF" : "inf");
  }
  // printf has the same rules as Python here. 310 digits before the point, `precision` behind.
  const char format[] = {'%',
                         alternate ? '#' : '.',
                         alternate ? '.' : '*',
                         alternate ? '*' : conversion,
                         alternate ? conversion : '\0',
                         '\0'};
  std::string out(static_cast<std::size_t>(precision < 0 ? 6 : precision) + 340, '\0');
  const int size =
      std::snprintf(out.data(), out.size(), format, precision < 0 ? 6 : precision, value);
  out.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return out;
}

std::string group_thousands(std::string digits, char separator) {
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, separator);
  }
  return digits;
}

std::string pad(std::string sign, std::string body, std::size_t width, char align,
                std::string_view fill) {
  const std::size_t size = unicode::length(sign) + unicode::length(body);
  if (size >= width) return sign + body;
  const std::size_t room = width - size;
  const std::size_t left = align == '>' ? room : align == '^' ? room / 2 : 0;
  const auto blanks = [&](std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += fill;
    return out;
  };
  if (align == '=') return sign + blanks(room) + body;
  return blanks(left) + sign + body + blanks(room - left);
}

}  // namespace realm::jinja
