#include "text/jinja/builtins/format/numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "text/jinja/values/unicode.hpp"

namespace realm::jinja {
namespace {

// Drops underscores that stand between digits; none for any other.
std::optional<std::string> without_underscores(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
    } else if (i == 0 || i + 1 == text.size() ||
               !std::isalnum(static_cast<unsigned char>(text[i - 1])) ||
               !std::isalnum(static_cast<unsigned char>(text[i + 1]))) {
      return {};
    }
  }
  return out;
}

// Decimal digits of every script as ASCII's.
std::string ascii_digits(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = unicode::next(text, at);
    if (c >= 0x80 && unicode::is_decimal(c)) {
      out += static_cast<char>('0' + unicode::decimal_value(c));
    } else {
      unicode::append(out, c);
    }
  }
  return out;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view source, std::int64_t base) {
  const std::string plain = ascii_digits(unicode::strip(source));
  std::string_view text = plain;
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    const int marked = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (marked != 0 && (base == 0 || base == marked)) {
      base = marked;
      text.remove_prefix(2);
      if (!text.empty() && text[0] == '_') text.remove_prefix(1);
    }
  }
  if (base == 0) base = 10;
  if (base < 2 || base > 36) return {};
  const auto digits = without_underscores(text);
  if (!digits || digits->empty() || digits->find_first_of("+-") != std::string::npos) return {};
  const std::string written = (negative ? "-" : "") + *digits;
  std::int64_t value = 0;
  const char* end = written.data() + written.size();
  const auto parsed = std::from_chars(written.data(), end, value, static_cast<int>(base));
  if (parsed.ec != std::errc() || parsed.ptr != end) return {};
  return value;
}

std::optional<double> parse_float(std::string_view text) {
  const auto digits = without_underscores(ascii_digits(unicode::strip(text)));
  if (!digits || digits->empty()) return {};
  std::string_view body = *digits;
  bool negative = false;
  if (body[0] == '-' || body[0] == '+') {
    negative = body[0] == '-';
    body.remove_prefix(1);
  }
  std::string lower(body);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  double value = 0;
  if (lower == "inf" || lower == "infinity") {
    value = std::numeric_limits<double>::infinity();
  } else if (lower == "nan") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    if (lower.empty() || lower.find_first_not_of("0123456789.e+-") != std::string::npos) return {};
    if (lower[0] == '-' || lower[0] == '+') return {};
    const char* end = lower.data() + lower.size();
    const auto parsed = std::from_chars(lower.data(), end, value);
    if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return {};
    if (parsed.ec == std::errc::result_out_of_range) {
      // from_chars leaves the value alone; a negative exponent means too small, else too large.
      value = lower.find("e-") != std::string::npos ? 0.0 : std::numeric_limits<double>::infinity();
    }
  }
  return negative ? -value : value;
}

double round_float(double value, std::int64_t precision) {
  if (!std::isfinite(value) || value == 0) return value;
  // A double has no digit beyond the 1074th decimal, and none left of 10^308.
  if (precision > 350) return value;
  if (precision < -309) return std::copysign(0.0, value);
  if (precision < 0) {
    const double scale = std::pow(10.0, static_cast<double>(-precision));
    return std::nearbyint(value / scale) * scale;
  }
  // Printing to a fixed number of decimals rounds the exact binary value, ties to even.
  std::array<char, 800> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, static_cast<int>(precision));
  double rounded = value;
  std::from_chars(buffer.data(), end.ptr, rounded);
  return rounded;
}

Result<Value> round_integer(std::int64_t value, std::int64_t precision) {
  if (precision >= 0) return Value(value);
  if (precision < -18) return Value(0);
  std::int64_t unit = 1;
  for (std::int64_t i = 0; i < -precision; ++i) unit *= 10;
  std::int64_t quotient = value / unit;
  const std::int64_t rest = std::abs(value % unit);
  const std::int64_t half = unit / 2;
  if (rest > half || (rest == half && quotient % 2 != 0)) quotient += value < 0 ? -1 : 1;
  std::int64_t rounded = 0;
  if (__builtin_mul_overflow(quotient, unit, &rounded)) {
    return Error{Code::kInvalidArgument, "integer result does not fit 64 bits"};
  }
  return Value(rounded);
}

}  // namespace realm::jinja
