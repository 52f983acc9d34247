// Console: where a command's data, messages and progress go. Data goes to standard output and
// nothing else does; everything meant for people goes to standard error.
// Thread-safety: log() and log_sink() from any thread; the rest belongs to the main thread.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.hpp"
#include "realm/error.hpp"

namespace realm::cli {

/// Reads an environment variable; nothing when it is not set or empty.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

class Console {
 public:
  /// Colours on standard error only on a terminal, and never with NO_COLOR or TERM=dumb.
  explicit Console(const Environment& environment);

  /// Writes to standard output at once. After a failure nothing more is written.
  void write(std::string_view data);
  /// kInternal when standard output could not be written. A reader that has gone away (a closed
  /// pipe) leaves no message: there is nobody to blame.
  Result<void> output_state() const;
  bool output_failed() const { return write_errno_ != 0; }

  void error(const std::string& message) { line("error: ", kRed, message); }
  void warning(const std::string& message) { line("warning: ", kYellow, message); }
  void note(const std::string& message) { line("", kDim, message); }
  /// Warnings are always shown, notes too; debug messages when `verbose`.
  LogSink log_sink(bool verbose);

  /// Shows how far a long command is, in a line that the next one replaces; only on a terminal.
  void progress(const std::string& text);
  void progress_end() { progress(""); }

  bool input_is_terminal() const { return input_terminal_; }
  bool output_is_terminal() const { return output_terminal_; }
  /// Asks on standard error and reads one line of standard input; nothing at its end.
  std::optional<std::string> ask(const std::string& question);
  /// Standard input to its end; a hint when it is a pipe that says nothing for a while.
  Result<std::string> read_input();

 private:
  static constexpr const char* kRed = "\x1b[1;31m";
  static constexpr const char* kYellow = "\x1b[1;33m";
  static constexpr const char* kDim = "\x1b[2m";
  void line(const char* label, const char* colour, const std::string& message);
  void write_error_stream(std::string_view text);

  std::mutex mutex_;  // of standard error
  bool input_terminal_;
  bool output_terminal_;
  bool error_terminal_;
  bool colours_;
  bool progress_shown_ = false;
  int write_errno_ = 0;
};

}  // namespace realm::cli
