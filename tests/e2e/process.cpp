#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace realm::testing {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    read = ends[0];
    write = ends[1];
  }
};

void shut(int& file) {
  if (file >= 0) close(file);
  file = -1;
}

[[noreturn]] void become(const std::vector<std::string>& command, const RunOptions& options) {
  signal(SIGPIPE, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  for (const std::string& name : options.unset) unsetenv(name.c_str());
  for (const auto& entry : options.set) setenv(entry.first.c_str(), entry.second.c_str(), 1);
  if (options.memory_bytes > 0) {
    const rlimit limit{options.memory_bytes, options.memory_bytes};
    setrlimit(RLIMIT_AS, &limit);
  }
  if (options.file_bytes > 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{options.file_bytes, options.file_bytes};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words[0], words.data());
  _exit(127);
}

// The ends that the test holds; -1 where there is none.
struct Ends {
  pid_t child = -1;
  int in = -1, out = -1, err = -1;
};

Ends start(const std::vector<std::string>& command, const RunOptions& options) {
  Ends ends;
  if (options.terminal) {
    int screen = -1;
    ends.child = forkpty(&screen, nullptr, nullptr, nullptr);
    if (ends.child == 0) become(command, options);
    ends.out = screen;
    ends.in = dup(screen);
    return ends;
  }
  Pipe in, out, err;
  ends.child = fork();
  if (ends.child == 0) {
    int file = out.write;
    if (!options.output_file.empty())
      file = open(options.output_file.c_str(), O_WRONLY | O_CREAT, 0600);
    dup2(in.read, 0);
    dup2(file, 1);
    dup2(err.write, 2);
    become(command, options);
  }
  shut(in.read);
  shut(out.write);
  shut(err.write);
  ends.in = in.write;
  ends.out = out.read;
  ends.err = err.read;
  return ends;
}

// Reads what is there; false at the end of the stream. A terminal whose program has gone says EIO.
bool take(int file, std::string& to) {
  char buffer[1 << 14];
  const ssize_t got = read(file, buffer, sizeof buffer);
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  to.append(buffer, static_cast<size_t>(got));
  return got > 0;
}

}  // namespace

Outcome run(const std::vector<std::string>& command, const RunOptions& options) {
  signal(SIGPIPE, SIG_IGN);  // a program may end before it has read its input
  const auto begin = Clock::now();
  const auto seconds = [&begin] {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  Ends ends = start(command, options);
  if (ends.child < 0) throw std::runtime_error("fork");
  Outcome result;
  std::string input = options.input;
  bool interrupted = false;
  fcntl(ends.in, F_SETFL, O_NONBLOCK);
  while (ends.out >= 0 || ends.err >= 0) {
    const bool more = !input.empty() || options.terminal || options.wait_then_interrupt;
    if (!more) shut(ends.in);
    pollfd files[] = {
        {ends.out, POLLIN, 0}, {ends.err, POLLIN, 0}, {input.empty() ? -1 : ends.in, POLLOUT, 0}};
    int wait_ms = 100;
    if (options.signal_after_seconds >= 0 && !interrupted) {
      const double left = options.signal_after_seconds - seconds();
      wait_ms = std::clamp(static_cast<int>(left * 1000), 0, wait_ms);
      if (left <= 0) {
        kill(ends.child, options.signal_number);
        interrupted = true;
      }
    }
    poll(files, 3, wait_ms);
    if (files[0].revents != 0 && !take(ends.out, result.out)) shut(ends.out);
    if (files[1].revents != 0 && !take(ends.err, result.err)) shut(ends.err);
    if (files[2].revents != 0) {
      const ssize_t written = write(ends.in, input.data(), input.size());
      if (written < 0 && errno != EAGAIN) input.clear();
      if (written > 0) input.erase(0, static_cast<size_t>(written));
    }
    if (options.close_output_early && !result.out.empty()) shut(ends.out);
    const bool at_output = options.interrupt_at_output && !result.out.empty();
    const bool at_words = options.wait_then_interrupt && !result.err.empty();
    if ((at_output || at_words) && !std::exchange(interrupted, true)) kill(ends.child, SIGINT);
    if (seconds() > options.timeout_seconds) {
      result.timed_out = true;
      kill(ends.child, SIGKILL);
      break;
    }
  }
  shut(ends.in);
  shut(ends.out);
  shut(ends.err);
  int status = 0;
  rusage usage{};
  while (wait4(ends.child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  result.seconds = seconds();
  const auto of = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
  result.cpu_seconds = of(usage.ru_utime) + of(usage.ru_stime);
  result.peak_kib = usage.ru_maxrss;
  result.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace realm::testing
