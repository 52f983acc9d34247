#include "cli/flags/flags.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/str.hpp"

namespace realm::cli {
namespace {

Error invalid(const std::string& message) { return {Code::kInvalidArgument, message}; }

Error outside(Range range) {
  return invalid(str("must be between ", range.low, " and ", range.high));
}

template <class Number>
bool read_all(const std::string& word, Number& to) {
  const char* end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, to);
  return read.ec == std::errc{} && read.ptr == end;
}

}  // namespace

void Flags::positional(const std::string& name, std::string& to, const std::string& help) {
  add({group_, name, name, help, true, true, false, [&to](const std::string& word) {
         to = word;
         return Result<void>();
       }});
}

void Flags::positional(const std::string& name, std::optional<std::string>& to,
                       const std::string& help) {
  add({group_, name, name, help, true, false, false, [&to](const std::string& word) {
         to = word;
         return Result<void>();
       }});
}

void Flags::toggle(const std::string& names, bool& to, const std::string& help) {
  add({group_, names, "", help, false, false, false, [&to](const std::string&) {
         to = true;
         return Result<void>();
       }});
}

void Flags::wholes(const std::string& names, const std::string& value, std::vector<int32_t>& to,
                   Range range, const std::string& help) {
  add({group_, names, value, help, false, false, false,
       [&to, range](const std::string& words) -> Result<void> {
         std::vector<int32_t> numbers;
         for (size_t begin = 0; begin <= words.size();) {
           const size_t comma = std::min(words.find(',', begin), words.size());
           int64_t number = 0;
           REALM_TRY(parse_whole(words.substr(begin, comma - begin), range, number));
           numbers.push_back(static_cast<int32_t>(number));
           begin = comma + 1;
         }
         to = std::move(numbers);
         return {};
       }});
}

void Flags::text(const std::string& names, const std::string& value, std::optional<std::string>& to,
                 const std::string& help, bool required) {
  add({group_, names, value, help, false, required, false, [&to](const std::string& word) {
         to = word;
         return Result<void>();
       }});
}

void Flags::texts(const std::string& names, const std::string& value, std::vector<std::string>& to,
                  const std::string& help) {
  add({group_, names, value, help, false, false, true, [&to](const std::string& word) {
         to.push_back(word);
         return Result<void>();
       }});
}

void Flags::number(const std::string& names, const std::string& value, std::optional<float>& to,
                   Range range, const std::string& help) {
  add({group_, names, value, help, false, false, false, [&to, range](const std::string& word) {
         double found = 0;
         if (!read_all(word, found) || std::isnan(found)) {
           return Result<void>(invalid(str("\"", word, "\" is not a number")));
         }
         if (found < range.low || found > range.high) return Result<void>(outside(range));
         to = static_cast<float>(found);
         return Result<void>();
       }});
}

Result<void> Flags::parse_whole(const std::string& word, Range range, int64_t& to) {
  if (!read_all(word, to)) return invalid(str("\"", word, "\" is not a whole number"));
  const auto found = static_cast<double>(to);
  if (found < range.low || found > range.high) return outside(range);
  return {};
}

}  // namespace realm::cli
