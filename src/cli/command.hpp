// A subcommand of `realm`: declares its flags, then runs once. One file each in commands/.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/flags/flags.hpp"
#include "cli/terminal/console.hpp"
#include "realm/error.hpp"

namespace realm::cli {

/// What a command may use of the world.
struct Host {
  Console& console;
  const Environment& environment;
};

class Command {
 public:
  Command() = default;
  virtual ~Command() = default;
  Command(const Command&) = delete;  // flags hold references to its members
  Command& operator=(const Command&) = delete;

  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;      ///< one line, for the list of commands
  virtual std::string description() const = 0;  ///< a paragraph, for its own help
  virtual void declare(Flags& flags) = 0;
  virtual Result<void> run(Host& host) = 0;
};

/// In the order in which help lists them.
std::vector<std::unique_ptr<Command>> all_commands();

}  // namespace realm::cli
