// What a user of a chat types, taken apart: messages, of one line or of several between """ marks,
// and commands, which begin with a slash. A command's value may stand between such marks too.
#pragma once

#include <string>

#include "cli/terminal/lines.hpp"

namespace realm::cli {

struct ChatInput {
  enum class Kind { kMessage, kCommand, kEnd, kInterrupt, kUnclosed };
  Kind kind = Kind::kEnd;
  std::string text = {};  ///< a message; a command's name without the slash; what Ctrl-C left
  std::string rest = {};  ///< what stands behind a command's name
};

/// Reads until there is something: empty lines are nothing. kUnclosed: the input ended before a
/// text begun by """ did.
ChatInput read_input(Lines& lines);

/// `text` cut at the first run of blanks: its first word and what is behind.
std::pair<std::string, std::string> first_word(const std::string& text);

}  // namespace realm::cli
