#include "cli/terminal/console.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/str.hpp"

namespace realm::cli {
namespace {

// Writes all of it; 0 or the errno of the failure.
int write_all(int file, std::string_view data) {
  while (!data.empty()) {
    const ssize_t written = ::write(file, data.data(), data.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    data.remove_prefix(static_cast<size_t>(written));
  }
  return 0;
}

// Waits for a byte of standard input first: what watches signals for a program (ThreadSanitizer)
// hands them on in poll, not in read.
ssize_t read_standard_input(char* to, size_t bytes) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, -1) < 0) return -1;
  return ::read(STDIN_FILENO, to, bytes);
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
}

Console::Console(const Environment& environment)
    : input_terminal_(isatty(STDIN_FILENO) == 1),
      output_terminal_(isatty(STDOUT_FILENO) == 1),
      error_terminal_(isatty(STDERR_FILENO) == 1),
      colours_(error_terminal_ && !environment("NO_COLOR") && environment("TERM") != "dumb") {}

void Console::write(std::string_view data) {
  if (write_errno_ == 0) write_errno_ = write_all(STDOUT_FILENO, data);
}

Result<void> Console::output_state() const {
  if (write_errno_ == 0) return {};
  if (write_errno_ == EPIPE) return Error{Code::kInternal, ""};
  return Error{Code::kInternal, str("cannot write the output: ", std::strerror(write_errno_))};
}

void Console::write_error_stream(std::string_view text) { (void)write_all(STDERR_FILENO, text); }

void Console::line(const char* label, const char* colour, const std::string& message) {
  const std::lock_guard lock(mutex_);
  std::string text = progress_shown_ ? "\r\x1b[K" : "";
  progress_shown_ = false;
  // The label is coloured, or the whole line where there is none.
  if (colours_) text += str(colour, label);
  if (!colours_) text += label;
  if (colours_ && *label != '\0') text += "\x1b[0m";
  text += message;
  if (colours_ && *label == '\0') text += "\x1b[0m";
  write_error_stream(text + "\n");
}

LogSink Console::log_sink(bool verbose) {
  return [this, verbose](LogLevel level, const std::string& message) {
    if (level == LogLevel::kWarning) return warning(message);
    if (level == LogLevel::kInfo || verbose) note(message);
  };
}

void Console::progress(const std::string& text) {
  if (!error_terminal_) return;
  const std::lock_guard lock(mutex_);
  if (text.empty() && !progress_shown_) return;
  write_error_stream("\r\x1b[K" + text);
  progress_shown_ = !text.empty();
}

std::optional<std::string> Console::ask(const std::string& question) {
  write_error_stream(question);
  std::string line;
  for (char letter = 0;;) {
    const ssize_t got = read_standard_input(&letter, 1);  // a terminal gives whole lines
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 && line.empty()) return std::nullopt;
    if (got <= 0 || letter == '\n') return line;
    line += letter;
  }
}

Result<std::string> Console::read_input() {
  constexpr int kPatienceMs = 2000;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  if (poll(&input, 1, kPatienceMs) == 0) {
    note("reading standard input to its end (give </dev/null to go on without it)");
  }
  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = read_standard_input(buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EBADF) return text;  // standard input is closed: nothing to read
    if (got < 0) {
      return Error{Code::kNotFound, str("cannot read standard input: ", std::strerror(errno))};
    }
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
  }
}

}  // namespace realm::cli
