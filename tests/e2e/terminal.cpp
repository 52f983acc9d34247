#include "terminal.hpp"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace realm::testing {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Without escape sequences and carriage returns.
std::string plain(const std::string& raw) {
  std::string text;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\x1b' && i + 1 < raw.size() && raw[i + 1] == '[') {
      for (i += 2; i < raw.size() && (raw[i] < '@' || raw[i] > '~'); ++i) {
      }
    } else if (raw[i] != '\r' && raw[i] != '\x1b') {
      text += raw[i];
    }
  }
  return text;
}

}  // namespace

Terminal::Terminal(const std::vector<std::string>& command,
                   const std::map<std::string, std::string>& set) {
  winsize size{};
  size.ws_row = 40;
  size.ws_col = 200;  // no line is broken
  child_ = forkpty(&screen_, nullptr, nullptr, &size);
  if (child_ != 0) return;
  signal(SIGINT, SIG_DFL);
  for (const char* name : {"NO_COLOR", "REALM_DEVICE", "REALM_CPU_ISA", "LC_ALL", "LANG"}) {
    unsetenv(name);
  }
  setenv("TERM", "xterm", 1);
  for (const auto& entry : set) setenv(entry.first.c_str(), entry.second.c_str(), 1);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  _exit(127);
}

Terminal::~Terminal() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  if (screen_ >= 0) close(screen_);
}

void Terminal::press(const std::string& keys) {
  size_t at = 0;
  while (at < keys.size()) {
    const ssize_t written = write(screen_, keys.data() + at, keys.size() - at);
    if (written < 0 && errno != EINTR) return;
    if (written > 0) at += static_cast<size_t>(written);
  }
}

bool Terminal::read_more(double until) {
  const double left = until - now();
  pollfd file{screen_, POLLIN, 0};
  if (left <= 0 || poll(&file, 1, static_cast<int>(left * 1000) + 1) <= 0) return false;
  char buffer[1 << 12];
  const ssize_t got = read(screen_, buffer, sizeof buffer);
  if (got <= 0) return false;  // EIO: the program is gone
  raw_.append(buffer, static_cast<size_t>(got));
  plain_ = plain(raw_);
  return true;
}

::testing::AssertionResult Terminal::shows(const std::string& text, double timeout_seconds) {
  const double until = now() + timeout_seconds;
  for (;;) {
    if (const size_t found = plain_.find(text, seen_); found != plain_.npos) {
      between_ = plain_.substr(seen_, found - seen_);
      seen_ = found + text.size();
      return ::testing::AssertionSuccess();
    }
    if (!read_more(until)) break;
  }
  return ::testing::AssertionFailure() << "\"" << text << "\" does not come; behind what was seen: "
                                       << plain_.substr(std::min(seen_, plain_.size()));
}

::testing::AssertionResult Terminal::prompts(const std::string& text, double timeout_seconds) {
  const double until = now() + timeout_seconds;
  const ::testing::AssertionResult shown = shows(text, timeout_seconds);
  if (!shown) return shown;
  termios state{};  // the two ends of a pseudo-terminal have one state
  while (tcgetattr(screen_, &state) == 0) {
    if ((state.c_lflag & static_cast<tcflag_t>(ICANON)) == 0) return shown;
    if (now() > until) break;
    usleep(500);
  }
  return ::testing::AssertionFailure() << "keys do not come as they are pressed behind " << text;
}

int Terminal::exit_code(double timeout_seconds) {
  const double until = now() + timeout_seconds;
  while (read_more(until)) {
  }
  int status = 0;
  for (;;) {
    const pid_t ended = waitpid(child_, &status, WNOHANG);
    if (ended == child_) break;
    if (now() > until) return -1;
    usleep(2000);
  }
  child_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace realm::testing
