#include "cli/input/local_time.hpp"

#include <algorithm>
#include <chrono>

#include "base/str.hpp"

namespace realm::cli {
namespace {

// Takes `digits` digits from the front of `text`; -1 when they are not there.
int take_number(std::string_view& text, size_t digits) {
  if (text.size() < digits) return -1;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char letter) {
  if (!text.starts_with(letter)) return false;
  text.remove_prefix(1);
  return true;
}

// ":MM", ":SS": what follows the letter; 0 when nothing more comes.
int take_part(std::string_view& text, char letter) {
  return take(text, letter) ? take_number(text, 2) : 0;
}

// ".001234", one to six digits.
int take_microsecond(std::string_view& text) {
  if (!take(text, '.')) return 0;
  std::string digits(text.substr(0, 6));
  text.remove_prefix(digits.size());
  if (digits.empty()) return -1;
  digits.resize(6, '0');
  std::string_view rest = digits;
  return take_number(rest, 6);
}

}  // namespace

Result<jinja::LocalTime> parse_local_time(std::string_view text) {
  namespace chrono = std::chrono;
  const Error wrong{Code::kInvalidArgument,
                    str("\"", text, "\" is not a time such as 2024-07-26 or 2024-07-26T13:05:09")};
  const int year = take_number(text, 4);
  const bool dash_1 = take(text, '-');
  const int month = take_number(text, 2);
  const bool dash_2 = take(text, '-');
  const int day = take_number(text, 2);
  if (year < 1 || !dash_1 || month < 1 || !dash_2 || day < 1) return wrong;
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return wrong;

  jinja::LocalTime time;
  if (!text.empty()) {
    if (!take(text, 'T') && !take(text, ' ')) return wrong;
    time.civil.tm_hour = take_number(text, 2);
    time.civil.tm_min = take_part(text, ':');
    time.civil.tm_sec = take_part(text, ':');
    time.microsecond = take_microsecond(text);
  }
  const std::tm& civil = time.civil;
  const bool in_range = civil.tm_hour >= 0 && civil.tm_hour < 24 && civil.tm_min >= 0 &&
                        civil.tm_min < 60 && civil.tm_sec >= 0 && civil.tm_sec < 60;
  if (!text.empty() || !in_range || time.microsecond < 0) return wrong;

  const chrono::sys_days days{date};
  time.civil.tm_year = year - 1900;
  time.civil.tm_mon = month - 1;
  time.civil.tm_mday = day;
  time.civil.tm_wday = static_cast<int>(chrono::weekday(days).c_encoding());
  time.civil.tm_yday =
      static_cast<int>((days - chrono::sys_days(date.year() / chrono::January / 1)).count());
  time.civil.tm_isdst = -1;
  return time;
}

}  // namespace realm::cli
