// Flags of one subcommand: declared once, with the help text next to the variable that they set.
// Parsing, --help and docs/cli.md are all made from this list. Not thread-safe; the variables must
// outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "realm/error.hpp"

namespace realm::cli {

/// Bounds of a number, both allowed.
struct Range {
  double low = 0;
  double high = 0;
};

/// One flag or positional word as help shows it.
struct FlagInfo {
  std::string group;
  std::string names;  ///< "-n,--max-tokens", or "MODEL"
  std::string value;  ///< what stands for the value in help; empty: none is taken
  std::string help;
  bool positional = false;
  bool required = false;
  bool repeatable = false;
  /// Takes the value's text; the error says what is wrong with it.
  std::function<Result<void>(const std::string&)> set;
};

class Flags {
 public:
  /// Following flags are listed under `title` by --help.
  void group(std::string title) { group_ = std::move(title); }
  /// A command line that works, shown by --help.
  void example(std::string line) { examples_.push_back(std::move(line)); }

  void positional(const std::string& name, std::string& to, const std::string& help);
  void positional(const std::string& name, std::optional<std::string>& to, const std::string& help);

  void toggle(const std::string& names, bool& to, const std::string& help);
  void text(const std::string& names, const std::string& value, std::optional<std::string>& to,
            const std::string& help, bool required = false);
  void texts(const std::string& names, const std::string& value, std::vector<std::string>& to,
             const std::string& help);
  /// Whole numbers within `range`; `to` is an integer or an optional one.
  template <class Int>
  void whole(const std::string& names, const std::string& value, Int& to, Range range,
             const std::string& help) {
    add({group_, names, value, help, false, false, false,
         [&to, range](const std::string& word) -> Result<void> {
           int64_t number = 0;
           REALM_TRY(parse_whole(word, range, number));
           to = static_cast<decltype(value_type(to))>(number);
           return {};
         }});
  }
  /// Whole numbers within `range` and commas between them.
  void wholes(const std::string& names, const std::string& value, std::vector<int32_t>& to,
              Range range, const std::string& help);
  /// Numbers within `range`; never NaN.
  void number(const std::string& names, const std::string& value, std::optional<float>& to,
              Range range, const std::string& help);

  /// One of `words`, each with what it stands for.
  template <class T>
  void choice(const std::string& names, const std::string& value, std::optional<T>& to,
              const std::vector<std::pair<std::string, T>>& words, const std::string& help) {
    add({group_, names, value, help, false, false, false,
         [&to, words](const std::string& word) -> Result<void> {
           std::string known;
           for (const auto& [name, meaning] : words) {
             if (name == word) {
               to = meaning;
               return {};
             }
             known += (known.empty() ? "" : ", ") + name;
           }
           return Error{Code::kInvalidArgument, "\"" + word + "\" is not one of " + known};
         }});
  }

  const std::vector<FlagInfo>& list() const { return flags_; }
  const std::vector<std::string>& examples() const { return examples_; }

  /// Sets the variables from `words` (without the command's name). False: help was asked for.
  /// Errors are kInvalidArgument and say which flag is wrong, and how.
  Result<bool> parse(const std::vector<std::string>& words) const;

 private:
  template <class T>
  static T value_type(const T&);
  template <class T>
  static T value_type(const std::optional<T>&);
  static Result<void> parse_whole(const std::string& word, Range range, int64_t& to);
  void add(FlagInfo flag) { flags_.push_back(std::move(flag)); }

  std::string group_;
  std::vector<FlagInfo> flags_;
  std::vector<std::string> examples_;
};

}  // namespace realm::cli
