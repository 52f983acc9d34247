#include "backend/cpu/threads.hpp"

#include <gtest/gtest.h>

namespace realm::cpu {
namespace {

Machine machine_of(int fast, int slow) {
  Machine machine;
  for (int i = 0; i < fast + slow; ++i) {
    machine.cores.push_back({.cpu = 10 + i, .efficient = i >= fast});
  }
  return machine;
}

TEST(CpuThreads, ArePinnedWhereEveryCoreIsTheirs) {
  Machine machine = machine_of(4, 0);
  EXPECT_EQ(pool_options(machine, {}).cpus, (std::vector<int>{10, 11, 12, 13}));
  EXPECT_EQ(pool_options(machine, {.threads = 4}).cpus.size(), 4u);
  EXPECT_TRUE(pool_options(machine, {.threads = 3}).cpus.empty());
  EXPECT_TRUE(pool_options(machine, {.threads = 5}).cpus.empty());
  EXPECT_TRUE(pool_options(machine, {.pin_threads = false}).cpus.empty());
  EXPECT_TRUE(pool_options(machine_of(1, 0), {}).cpus.empty());
  machine.narrowed = true;
  EXPECT_TRUE(pool_options(machine, {}).cpus.empty());
  machine.narrowed = false;
  machine.quota = 4.5;
  EXPECT_TRUE(pool_options(machine, {}).cpus.empty());
  machine.quota = 2.5;
  EXPECT_EQ(pool_options(machine, {}).threads, 2);
}

TEST(CpuThreads, FastOnesComeFirst) {
  const ThreadPoolOptions all = pool_options(machine_of(4, 8), {});
  EXPECT_EQ(all.threads, 12);
  EXPECT_EQ(all.fast, 4);
  EXPECT_EQ(pool_options(machine_of(4, 8), {.threads = 2}).fast, 2);
}

int chosen(int most, const std::function<double(int)>& seconds) {
  int calls = 0;
  const auto trials = try_decode_threads(most, [&](int threads) -> Result<double> {
    EXPECT_GE(threads, 1);
    EXPECT_LE(threads, most);
    EXPECT_LT(++calls, 200);
    return seconds(threads);
  });
  EXPECT_TRUE(trials);
  return trials->front().threads;
}

TEST(CpuThreads, FewestThatDecodeAsFast) {
  // Memory is used up by six threads.
  EXPECT_EQ(chosen(16, [](int t) { return 1.0 / std::min(t, 6); }), 6);
  // It never is.
  EXPECT_EQ(chosen(16, [](int t) { return 1.0 / t; }), 16);
  EXPECT_EQ(chosen(3, [](int t) { return 1.0 / t; }), 3);
  // One is enough.
  EXPECT_EQ(chosen(12, [](int) { return 0.02; }), 1);
  // More are slower.
  EXPECT_EQ(chosen(64, [](int t) { return 1 + 0.01 * std::abs(t - 24); }), 24);
  // A trial in which something else ran counts for nothing.
  int calls = 0;
  EXPECT_EQ(chosen(8, [&](int t) { return ++calls % 7 == 0 ? 50.0 : 1.0 / t; }), 8);
  // Up to two are not tried.
  EXPECT_EQ(chosen(2, [](int t) { return t; }), 2);
  EXPECT_EQ(chosen(1, [](int t) { return t; }), 1);
}

TEST(CpuThreads, AFailedStepEndsTheTrials) {
  const auto trials = try_decode_threads(8, [](int) -> Result<double> {
    return Error{Code::kInternal, "step"};
  });
  ASSERT_FALSE(trials);
  EXPECT_EQ(trials.error().message, "step");
}

TEST(CpuThreads, TellsWhatItFound) {
  EXPECT_EQ(to_string({{6, 0.0041}, {16, 0.004006}}, 16),
            "6 of 16 threads decode (6: 4.10 ms, 16: 4.01 ms)");
  EXPECT_EQ(to_string({{2, 0}}, 2), "2 of 2 threads decode");
  Machine machine = machine_of(2, 2);
  machine.nodes = 2;
  machine.numa_balancing = true;
  machine.quota = 1.5;
  std::string all;
  for (const std::string& line : describe_machine(machine, {})) all += line + "\n";
  for (const char* part : {"4 cores, 2 of them slow on 2 memory nodes", "grants 1.5 processors",
                           "not pinned", "numa_balancing is on"}) {
    EXPECT_NE(all.find(part), std::string::npos) << all;
  }
}

}  // namespace
}  // namespace realm::cpu
