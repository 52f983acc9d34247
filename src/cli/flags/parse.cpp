// Flags::parse: the list of flags handed to CLI11. The one file that includes it: it takes seconds
// to compile.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/str.hpp"
#include "cli/flags/closest.hpp"
#include "cli/flags/flags.hpp"

namespace realm::cli {
namespace {

// "-n,--max-tokens" -> {"-n", "--max-tokens"}
std::vector<std::string> names_of(const FlagInfo& flag) {
  return CLI::detail::split(flag.names, ',');
}

// The first long name, or the only one.
std::string name_of(const FlagInfo& flag) {
  for (const std::string& name : names_of(flag)) {
    if (name.starts_with("--")) return name;
  }
  return flag.names;
}

CLI::Option* declare(CLI::App& app, const FlagInfo& flag) {
  if (flag.value.empty()) {
    return app.add_flag_callback(flag.names, [&flag] { (void)flag.set(""); });
  }
  const auto set_each = [&flag](const CLI::results_t& words) {
    for (const std::string& word : words) {
      if (auto ok = flag.set(word); !ok) {
        throw CLI::ValidationError(name_of(flag), ok.error().message);
      }
    }
    return true;
  };
  CLI::Option* option = app.add_option(flag.names, set_each);
  option->expected(1)->required(flag.required)->allow_extra_args(false);
  if (flag.repeatable) option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  return option;
}

// What CLI11 found wrong, in our words where they help more.
std::string explain(const CLI::ParseError& error, const CLI::App& app,
                    const std::vector<FlagInfo>& flags) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return error.what();
  for (const std::string& word : app.remaining()) {
    if (word.size() < 2 || word.front() != '-') continue;
    std::vector<std::string> known{"--help"};
    for (const FlagInfo& flag : flags) {
      if (flag.positional) continue;
      for (std::string& name : names_of(flag)) known.push_back(std::move(name));
    }
    const std::string name = word.substr(0, word.find('='));
    const std::string near = closest(name, known);
    return str("no flag ", name, near.empty() ? "" : str("; did you mean ", near, "?"));
  }
  return str("one word too many: \"", app.remaining().front(), "\"; quote a text of several words");
}

}  // namespace

Result<bool> Flags::parse(const std::vector<std::string>& words) const {
  CLI::App app;
  app.set_help_flag("-h,--help");
  try {
    for (const FlagInfo& flag : flags_) declare(app, flag);
    // CLI11 takes the words in reverse.
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    return false;
  } catch (const CLI::ParseError& error) {
    return Error{Code::kInvalidArgument, explain(error, app, flags_)};
  }
  return true;
}

}  // namespace realm::cli
