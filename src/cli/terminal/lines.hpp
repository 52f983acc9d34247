// Lines that a user types: with editing and history on a terminal, plain from a pipe or a file.
// Belongs to one thread.
#pragma once

#include <memory>
#include <string>

#include "cli/terminal/keys.hpp"

namespace realm::cli {

struct Line {
  enum class Kind {
    kText,
    kEnd,        ///< the input is over, or Ctrl-D at the begin of a line
    kInterrupt,  ///< Ctrl-C; the press is taken back
  };
  Kind kind = Kind::kEnd;
  std::string text = {};  ///< without its line break; at kInterrupt what stood in the line
};

class Lines {
 public:
  virtual ~Lines() = default;
  /// Waits for a line. A pasted text of several lines is one, with its breaks.
  virtual Line read(const std::string& prompt) = 0;
};

/// Of standard input as it is; no prompt is shown.
std::unique_ptr<Lines> plain_lines(int file);

struct LineEditorOptions {
  std::string history_file = {};  ///< kept there from one time to the next; empty: nowhere
};

/// Edits lines on the terminal that standard input is, with libedit: emacs keys, or what ~/.editrc
/// says. Sets the process's character type (LC_CTYPE) to UTF-8: make it before threads start. Null
/// when the terminal cannot be written to.
std::unique_ptr<Lines> edited_lines(const LineEditorOptions& options);

}  // namespace realm::cli
