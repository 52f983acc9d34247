#include "cli/input/prompt.hpp"

namespace realm::cli {

Result<std::string> gather_prompt(const std::optional<std::string>& given, bool raw, Host& host) {
  const Error none{Code::kInvalidArgument, "no prompt: give one after MODEL, or on standard input"};
  if (host.console.input_is_terminal()) {
    if (given) return *given;
    const auto line = host.console.ask(raw ? "text to continue> " : "prompt> ");
    if (!line) return none;
    return *line;
  }
  REALM_ASSIGN(std::string input, host.console.read_input());
  if (!given && input.empty()) return none;
  if (raw) return given.value_or("") + input;
  if (input.ends_with('\n')) input.pop_back();
  if (!given || input.empty()) return given.value_or(input);
  return *given + "\n\n" + input;
}

}  // namespace realm::cli
