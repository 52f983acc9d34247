// pool_bench: what a loop of the thread pool costs, one JSON line per case.
//
//   pool_bench [-t THREADS] [--pin 0|1] [--rounds N]
// barrier: one empty item a thread, loops back to back. spread: 16 items a thread of 1 us each,
// against the same work on one thread. wake: one empty item a thread after 2 ms of nothing, when
// the workers sleep. Times are the least and the median of a loop.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/machine.hpp"
#include "base/thread_pool.hpp"

namespace realm {
namespace {

using Clock = std::chrono::steady_clock;

double micros(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

void spend(double us) {
  const auto start = Clock::now();
  while (micros(Clock::now() - start) < us) {
  }
}

struct Spread {
  double least, median;
};
template <class Loop>
Spread time_of(int rounds, double pause_us, const Loop& loop) {
  std::vector<double> times;
  for (int round = 0; round < rounds; ++round) {
    if (pause_us > 0) {
      std::this_thread::sleep_for(std::chrono::duration<double, std::micro>(pause_us));
    }
    const auto start = Clock::now();
    loop();
    times.push_back(micros(Clock::now() - start));
  }
  std::sort(times.begin(), times.end());
  return {times.front(), times[times.size() / 2]};
}

void report(const char* name, const ThreadPool& pool, Spread time) {
  std::printf(
      "{\"case\":\"%s\",\"threads\":%d,\"pinned\":%d,\"least_us\":%.3f,\"median_us\":%.3f}\n", name,
      pool.threads(), pool.pinned(), time.least, time.median);
  std::fflush(stdout);
}

int run(int argc, char** argv) {
  const Machine machine = read_machine();
  ThreadPoolOptions options{.threads = machine.threads()};
  bool pin = false;
  int rounds = 20000;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const int value = std::atoi(argv[i + 1]);
    if (name == "-t") {
      options.threads = value;
    } else if (name == "--pin") {
      pin = value != 0;
    } else if (name == "--rounds") {
      rounds = value;
    } else {
      std::fprintf(stderr, "pool_bench: unknown option %s\n", name.c_str());
      return 1;
    }
  }
  if (options.threads < 1 || rounds < 1 || argc % 2 == 0) {
    std::fprintf(stderr, "pool_bench: options take positive numbers\n");
    return 1;
  }
  if (pin) {
    for (const Core& core : machine.cores) options.cpus.push_back(core.cpu);
  }
  ThreadPool pool(options);
  const int64_t threads = pool.threads();
  report("barrier", pool, time_of(rounds, 0, [&] { pool.for_each(threads, [](int64_t, int) {}); }));
  report("spread", pool, time_of(rounds / 20 + 1, 0, [&] {
           pool.for_each(16 * threads, [](int64_t, int) { spend(1); });
         }));
  report("wake", pool,
         time_of(rounds / 100 + 1, 2000, [&] { pool.for_each(threads, [](int64_t, int) {}); }));
  return 0;
}

}  // namespace
}  // namespace realm

int main(int argc, char** argv) { return realm::run(argc, argv); }
