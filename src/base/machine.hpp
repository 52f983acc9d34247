// The processors that this process may run on, as its pools of threads see them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace realm {

/// One physical core, by the first of its hardware threads that may be used.
struct Core {
  int cpu = 0;  ///< what the system calls it
  int package = 0;
  int node = 0;            ///< of memory
  int64_t capacity = 0;    ///< speed beside other cores; equal where the system does not tell
  bool efficient = false;  ///< clearly slower than the fastest: an E core
};

struct Machine {
  /// That this process may run on, fast ones first, then by node: threads in this order that share
  /// work in contiguous parts keep their memory near.
  std::vector<Core> cores;
  int nodes = 1;                ///< of memory, among `cores`
  bool narrowed = false;        ///< the process may not run on every processor that is online
  double quota = 0;             ///< processors' worth of time that it is granted; 0: no limit
  bool numa_balancing = false;  ///< the system moves pages after the threads

  /// Threads worth having: cores, within the quota (rounded down: who overruns it is stopped).
  int threads() const;
};

/// `root`: where /proc and /sys are looked for. `allowed`: cpus that the process may run on; empty:
/// as the system says.
Machine read_machine(const std::string& root = "", const std::vector<int>& allowed = {});

}  // namespace realm
