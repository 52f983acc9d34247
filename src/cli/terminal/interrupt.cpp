#include "cli/terminal/interrupt.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "cli/exit_code.hpp"

namespace realm::cli {
namespace {

// Lock-free atomics are the only shared data that a signal handler may touch.
std::atomic<int> graceful{0};
std::atomic<bool> pressed{false};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

extern "C" void on_interrupt(int) {
  if (graceful.load() == 0 || pressed.exchange(true)) _exit(kExitInterrupted);
}

}  // namespace

void watch_interrupts() {
  struct sigaction inherited {};
  sigaction(SIGINT, nullptr, &inherited);
  if (inherited.sa_handler == SIG_IGN) return;  // started in the background: not ours to undo
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
}

GracefulInterrupts::GracefulInterrupts() { graceful.fetch_add(1); }
GracefulInterrupts::~GracefulInterrupts() { graceful.fetch_sub(1); }

bool interrupted() { return pressed.load(); }

}  // namespace realm::cli
