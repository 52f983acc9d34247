#include "cli/app.hpp"

#include <exception>
#include <new>
#include <system_error>

#include "base/str.hpp"
#include "cli/exit_code.hpp"
#include "cli/flags/closest.hpp"
#include "cli/help.hpp"
#include "cli/version.hpp"

namespace realm::cli {
namespace {

int fail(Host& host, const Error& error) {
  host.console.progress_end();
  if (!error.message.empty()) host.console.error(error.message);
  return exit_code(error.code);
}

int usage(Host& host, const std::string& message, const std::string& command) {
  host.console.error(message);
  host.console.note(str("realm ", command, command.empty() ? "" : " ", "--help tells more"));
  return kExitUsage;
}

int print(Host& host, const std::string& text) {
  host.console.write(text);
  const auto written = host.console.output_state();
  return written ? kExitOk : fail(host, written.error());
}

int run_command(Command& command, const std::vector<std::string>& words, Host& host) {
  Flags flags;
  command.declare(flags);
  const auto parsed = flags.parse(words);
  if (!parsed) return usage(host, parsed.error().message, command.name());
  if (!*parsed) return print(host, help_of(command, flags));
  const auto done = command.run(host);
  // A closed or full output is the cause of whatever followed.
  if (const auto written = host.console.output_state(); !written) {
    return fail(host, written.error());
  }
  return done ? kExitOk : fail(host, done.error());
}

int dispatch(const std::vector<std::string>& words, Host& host) {
  const auto commands = all_commands();
  if (words.empty()) {
    host.console.note(help_of_all(commands));
    return kExitUsage;
  }
  const std::string& first = words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    return words.size() == 1 ? print(host, help_of_all(commands))
                             : dispatch({words[1], "--help"}, host);
  }
  if (first == "--version" || first == "version") return print(host, version_line() + "\n");
  std::vector<std::string> names;
  for (const auto& command : commands) {
    if (command->name() == first) {
      return run_command(*command, {words.begin() + 1, words.end()}, host);
    }
    names.push_back(command->name());
  }
  const std::string near = closest(first, names);
  const std::string hint = near.empty() ? "" : str("; did you mean ", near, "?");
  return usage(host, str(first.starts_with("-") ? "no flag " : "no command ", first, hint), "");
}

}  // namespace

int run_app(const std::vector<std::string>& words, Host& host) {
  // The library returns its errors; what the standard library throws ends here.
  try {
    return dispatch(words, host);
  } catch (const std::bad_alloc&) {
    return fail(host, {Code::kOutOfMemory, "out of memory"});
  } catch (const std::system_error& error) {
    // Of std::thread: the system has no memory, or no leave, for one more.
    const bool exhausted = error.code() == std::errc::resource_unavailable_try_again;
    if (!exhausted) return fail(host, {Code::kInternal, error.what()});
    return fail(host, {Code::kOutOfMemory, "cannot start a thread: the system is at its limit"});
  } catch (const std::exception& broken) {
    return fail(host, {Code::kInternal, broken.what()});
  }
}

}  // namespace realm::cli
