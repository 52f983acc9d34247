// Which threads a cpu device has, and how many of them decode.
//
// Decoding is bound by memory, which fewer threads than there are cores often use up; prompts are
// bound by arithmetic and take all. Results depend on neither number.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/machine.hpp"
#include "base/thread_pool.hpp"
#include "realm/device.hpp"
#include "realm/error.hpp"

namespace realm::cpu {

/// Threads of the device, and where: pinned to one core each where every core of the machine is
/// theirs alone to use. Not where the process may run on some of the cores only, has a quota, or
/// wants more or fewer threads than cores: others, pinned the same way, would share its cores.
ThreadPoolOptions pool_options(const Machine& machine, const DeviceOptions& options);

/// Lines for people: cores, memory nodes, quota, pinning.
std::vector<std::string> describe_machine(const Machine& machine, const DeviceOptions& options);

/// Threads that decode until something else is found out.
int first_decode_threads(const DeviceOptions& options, int threads);

struct DecodeTrial {
  int threads = 0;
  double seconds = 0;  ///< the least of all trials
};

/// Tries `most` threads and several smaller numbers in turns, `seconds_of(threads)` each time:
/// the trials, the fewest threads within 3 % of the best first. From three threads up only: below,
/// what else the machine does would decide.
Result<std::vector<DecodeTrial>> try_decode_threads(
    int most, const std::function<Result<double>(int threads)>& seconds_of);

/// "6 of 16 threads decode (6: 4.10 ms, 16: 4.07 ms, ...)"
std::string to_string(const std::vector<DecodeTrial>& trials, int most);

}  // namespace realm::cpu
