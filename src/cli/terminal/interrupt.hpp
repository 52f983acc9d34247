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

/// Whether Ctrl-C was pressed while a GracefulInterrupts lived.
bool interrupted();

}  // namespace realm::cli
