#include "cli/help.hpp"

#include <sstream>

#include "base/str.hpp"

namespace realm::cli {
namespace {

constexpr size_t kWidth = 80;   // a terminal's
constexpr size_t kColumn = 28;  // where explanations begin
const std::string kIndent = "  ";

// Words of `text`, broken at kWidth; lines after the first begin at `column`.
std::string wrap(const std::string& text, size_t column, size_t at) {
  std::istringstream words(text);
  std::string out;
  bool first = true;
  for (std::string word; words >> word; first = false) {
    if (!first && at + 1 + word.size() > kWidth) {
      out.append("\n").append(column, ' ');
      at = column;
    } else if (!first) {
      out += ' ';
      ++at;
    }
    out += word;
    at += word.size();
  }
  return out;
}

std::string entry(const std::string& left, const std::string& text) {
  std::string line = kIndent + left;
  if (line.size() + 2 > kColumn) {
    line += "\n" + std::string(kColumn, ' ');
  } else {
    line.resize(kColumn, ' ');
  }
  return line + wrap(text, kColumn, kColumn) + "\n";
}

// "-n, --max-tokens N", with long names of flags that have no short one in the same column. Further
// long names are not shown.
std::string left_of(const FlagInfo& flag) {
  if (flag.positional) return flag.required ? flag.names : "[" + flag.names + "]";
  const size_t comma = flag.names.find(',');
  std::string names = flag.names.substr(0, comma);
  if (names.starts_with("--")) {
    names.insert(0, 4, ' ');
  } else if (comma != std::string::npos) {
    names += ", " + flag.names.substr(comma + 1);
  }
  return flag.value.empty() ? names : names + " " + flag.value;
}

std::string usage_of(const Command& command, const Flags& flags) {
  std::string usage = "realm " + command.name();
  for (const FlagInfo& flag : flags.list()) {
    if (flag.positional) usage.append(" ").append(left_of(flag));
    if (!flag.positional && flag.required) {
      usage += str(" ", flag.names.substr(0, flag.names.find(',')), " ", flag.value);
    }
  }
  return usage + " [flags]";
}

}  // namespace

std::string help_of(const Command& command, const Flags& flags) {
  std::string text =
      wrap(command.description(), 0, 0) + "\n\nUsage: " + usage_of(command, flags) + "\n";
  std::string group = "\n";  // no title is this
  for (const FlagInfo& flag : flags.list()) {
    const std::string title = flag.positional ? "" : flag.group.empty() ? "Flags" : flag.group;
    if (title != group) text += title.empty() ? "\n" : "\n" + title + ":\n";
    group = title;
    text += entry(left_of(flag), flag.help);
  }
  text += (group.empty() ? "\nFlags:\n" : "") + entry("-h, --help", "this text");
  if (flags.examples().empty()) return text;
  text += "\nExamples:\n";
  for (const std::string& example : flags.examples()) text += kIndent + example + "\n";
  return text;
}

std::string help_of_all(const std::vector<std::unique_ptr<Command>>& commands) {
  std::string text =
      "Realm runs language models from GGUF files on this machine.\n\n"
      "Usage: realm COMMAND [flags]\n\nCommands:\n";
  for (const auto& command : commands) text += entry(command->name(), command->summary());
  text += "\nFlags:\n" + entry("-h, --help", "this text; realm COMMAND --help tells more") +
          entry("--version", "print the version") +
          "\nMODEL is the path of a GGUF file, or the name of one in the model folder\n"
          "(${XDG_CACHE_HOME:-~/.cache}/realm/models): its beginning is enough.\n"
          "\nEnvironment:\n" +
          entry("REALM_DEVICE", "device for commands that are not given --device") +
          entry("REALM_CPU_ISA", "instruction set for the cpu device: baseline, avx2, avx512 ...") +
          entry("NO_COLOR", "set: no colours") +
          "\nExit codes:\n"
          "  0 ok, 1 failure, 2 wrong usage, 3 not found, 4 invalid model,\n"
          "  5 not enough memory, 130 interrupted\n"
          "\nStart here:\n"
          "  realm run SmolLM2 \"Name the capital of France.\"\n";
  return text;
}

std::string cli_page() {
  const auto commands = all_commands();
  std::string page =
      "# The command `realm`\n\n"
      "Generated from the help texts by tools/gen_cli_doc.cpp: do not edit.\n\n"
      "```text\n$ realm --help\n" +
      help_of_all(commands) + "```\n";
  for (const auto& command : commands) {
    Flags flags;
    command->declare(flags);
    page += str("\n## ", command->name(), "\n\n```text\n$ realm ", command->name(), " --help\n",
                help_of(*command, flags), "```\n");
  }
  return page;
}

}  // namespace realm::cli
