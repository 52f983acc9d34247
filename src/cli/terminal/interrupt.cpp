#include "cli/terminal/interrupt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "cli/exit_code.hpp"

namespace realm::cli {
namespace {

// Lock-free atomics are the only shared data that a signal handler may touch.
std::atomic<int> graceful{0};
std::atomic<int> held{0};
std::atomic<bool> pressed{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

// A press between a look at `pressed` and the wait for input would be lost without it.
int wake[2] = {-1, -1};

extern "C" void on_interrupt(int) {
  const int before = errno;
  if (held.load() == 0 && (graceful.load() == 0 || pressed.load())) _exit(kExitInterrupted);
  pressed.store(true);
  if (wake[1] >= 0) (void)!write(wake[1], "", 1);  // full: it is readable all the same
  errno = before;
}

}  // namespace

void watch_interrupts() {
  struct sigaction inherited {};
  sigaction(SIGINT, nullptr, &inherited);
  if (inherited.sa_handler == SIG_IGN) return;  // started in the background: not ours to undo
  if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) wake[0] = wake[1] = -1;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
}

GracefulInterrupts::GracefulInterrupts() { graceful.fetch_add(1); }
GracefulInterrupts::~GracefulInterrupts() { graceful.fetch_sub(1); }

HeldInterrupts::HeldInterrupts() { held.fetch_add(1); }
HeldInterrupts::~HeldInterrupts() { held.fetch_sub(1); }

bool interrupted() { return pressed.load(); }

void take_back_interrupt() {
  pressed.store(false);  // first: a press in between stays one
  char drained[64];
  while (wake[0] >= 0 && read(wake[0], drained, sizeof drained) > 0) {
  }
}

int interrupt_file() { return wake[0]; }

}  // namespace realm::cli
