// Ctrl-C. The first one asks the running command to stop, where it said that it can; otherwise, and
// the second time, the process leaves at once with exit code 130. Signals are the process's, so
// this is the one piece of global state.
#pragma once

namespace realm::cli {

/// Takes over SIGINT; call once, before threads start.
void watch_interrupts();

/// While one lives, the first Ctrl-C only raises interrupted().
class GracefulInterrupts {
 public:
  GracefulInterrupts();
  ~GracefulInterrupts();
  GracefulInterrupts(const GracefulInterrupts&) = delete;
  GracefulInterrupts& operator=(const GracefulInterrupts&) = delete;
};

/// While one lives, Ctrl-C never leaves, however often: for who waits for input and looks at once.
class HeldInterrupts {
 public:
  HeldInterrupts();
  ~HeldInterrupts();
  HeldInterrupts(const HeldInterrupts&) = delete;
  HeldInterrupts& operator=(const HeldInterrupts&) = delete;
};

/// Whether Ctrl-C was pressed while one of these lived, and nobody has taken it back since.
bool interrupted();
/// The press was seen to: the next one is a first one again.
void take_back_interrupt();
/// Becomes readable when Ctrl-C is pressed: to poll together with input. -1: there is none.
int interrupt_file();

}  // namespace realm::cli
