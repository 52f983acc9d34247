#include "base/thread_pool.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/machine.hpp"

namespace realm {
namespace {

TEST(ThreadPool, EveryItemOnce) {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    for (const int64_t items : {0, 1, 2, 7, 64, 1000}) {
      std::vector<int> seen(static_cast<size_t>(items));
      std::atomic<bool> thread_known{true};
      pool.for_each(items, [&](int64_t i, int thread) {
        ++seen[static_cast<size_t>(i)];
        if (thread < 0 || thread >= threads) thread_known = false;
      });
      for (const int n : seen) ASSERT_EQ(n, 1);
      EXPECT_TRUE(thread_known);
    }
  }
}

// Loops follow each other faster than late workers come: no item of one loop may run in another.
TEST(ThreadPool, ManyShortLoopsInARow) {
  ThreadPool pool(4);
  std::vector<int64_t> values(17);
  for (int64_t round = 0; round < 20000; ++round) {
    const int64_t items = 1 + round % 17;
    pool.for_each(items, [&](int64_t i, int) { values[static_cast<size_t>(i)] = round; });
    for (int64_t i = 0; i < items; ++i) ASSERT_EQ(values[static_cast<size_t>(i)], round);
  }
}

TEST(ThreadPool, WakesAfterASleep) {
  ThreadPool pool(3);
  for (int round = 0; round < 3; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // longer than workers spin
    std::atomic<int64_t> sum{0};
    pool.for_each(100, [&](int64_t i, int) { sum += i; });
    EXPECT_EQ(sum, 4950);
  }
}

// Two items that wait for each other: only two threads can finish them.
TEST(ThreadPool, ThreadsShareTheWork) {
  ThreadPool pool(2);
  std::atomic<int> inside{0};
  std::atomic<bool> met{false};
  pool.for_each(2, [&](int64_t, int) {
    ++inside;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (inside < 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    if (inside == 2) met = true;
  });
  EXPECT_TRUE(met);
}

// Each starts with its own part: the caller cannot be given the worker's item while it is in its
// own, nor the other way round.
TEST(ThreadPool, EachThreadStartsWithItsOwnPart) {
  ThreadPool pool(2);
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> inside{0};
    int threads[2] = {-1, -1};
    pool.for_each(2, [&](int64_t i, int thread) {
      threads[i] = thread;
      ++inside;
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
      while (inside < 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    });
    ASSERT_EQ(threads[0], 0);
    ASSERT_EQ(threads[1], 1);
  }
}

// A worker that does not come on: the others take the rest of its part over.
TEST(ThreadPool, ItemsOfAStalledWorkerAreTakenOver) {
  constexpr int64_t kItems = 300;
  ThreadPool pool(3);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int64_t> others{0};
    std::atomic<bool> stalled{false};
    std::atomic<bool> alone{true};
    std::vector<int> seen(kItems);
    pool.for_each(kItems, [&](int64_t i, int thread) {
      ++seen[static_cast<size_t>(i)];
      if (thread != 0 && !stalled.exchange(true)) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (others < kItems - 1 && std::chrono::steady_clock::now() < end) {
          std::this_thread::yield();
        }
        if (others < kItems - 1) alone = false;
        return;
      }
      // Nobody finishes before a worker has stalled.
      if (others == 0) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!stalled && std::chrono::steady_clock::now() < end) std::this_thread::yield();
      }
      ++others;
    });
    ASSERT_TRUE(alone) << "items waited for the stalled worker";
    for (const int n : seen) ASSERT_EQ(n, 1);
  }
}

TEST(ThreadPool, MoreThreadsThanProcessors) {
  const int threads = 4 * std::max(1, usable_threads());
  ThreadPool pool(threads);
  for (int64_t round = 0; round < 3000; ++round) {
    const int64_t items = 1 + round * 7 % 200;
    std::atomic<int64_t> sum{0};
    pool.for_each(items, [&](int64_t i, int) { sum += i + 1; });
    ASSERT_EQ(sum, items * (items + 1) / 2);
  }
}

TEST(ThreadPool, ALoopInALoopRunsOnOneThread) {
  ThreadPool pool(4);
  std::atomic<int64_t> sum{0};
  std::atomic<bool> one_thread{true};
  pool.for_each(8, [&](int64_t outer, int thread) {
    pool.for_each(100, [&](int64_t inner, int inner_thread) {
      if (inner_thread != thread) one_thread = false;
      sum += outer * 100 + inner;
    });
  });
  EXPECT_EQ(sum, 800 * 799 / 2);
  EXPECT_TRUE(one_thread);
  EXPECT_EQ(pool.nested_loops(), 8);
  // Another pool's threads are free.
  ThreadPool other(2);
  pool.for_each(2, [&](int64_t, int) {});
  EXPECT_EQ(other.nested_loops(), 0);
  EXPECT_EQ(pool.nested_loops(), 8);
}

TEST(ThreadPool, UsesAsManyThreadsAsItIsTold) {
  // Loops until all of `expected` have taken part; nobody else may.
  const auto runs_on = [](int use, const std::vector<int>& expected) {
    ThreadPool pool({.threads = 8, .cpus = {}, .fast = 6});
    pool.use(use);
    std::vector<std::atomic<int>> seen(8);
    std::vector<int> used;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    do {
      pool.for_each(100, [&](int64_t, int thread) {
        ++seen[static_cast<size_t>(thread)];
        std::this_thread::sleep_for(std::chrono::microseconds(20));
      });
      used.clear();
      for (int t = 0; t < 8; ++t) {
        if (seen[static_cast<size_t>(t)] > 0) used.push_back(t);
      }
    } while (used.size() < expected.size() && std::chrono::steady_clock::now() < end);
    return used == expected;
  };
  EXPECT_TRUE(runs_on(2, {0, 3}));
  EXPECT_TRUE(runs_on(3, {0, 2, 4}));
  EXPECT_TRUE(runs_on(7, {0, 1, 2, 3, 4, 5, 6}));
  EXPECT_TRUE(runs_on(1, {0}));
  ThreadPool pool(8);
  EXPECT_EQ(pool.used(), 8);
  pool.use(100);
  EXPECT_EQ(pool.used(), 8);
  pool.use(0);
  EXPECT_EQ(pool.used(), 1);
}

// Sleeping and awake workers come and go from loop to loop.
TEST(ThreadPool, UseChangesBetweenLoops) {
  ThreadPool pool({.threads = 5, .cpus = {}, .fast = 4});
  for (int round = 0; round < 4000; ++round) {
    pool.use(1 + round % 5);
    if (round % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    const int64_t items = 1 + round % 40;
    std::atomic<int64_t> sum{0};
    pool.for_each(items, [&](int64_t i, int) { sum += i + 1; });
    ASSERT_EQ(sum, items * (items + 1) / 2);
  }
}

// More than the words of a part count.
TEST(ThreadPool, ManyItems) {
  ThreadPool pool(3);
  for (const int64_t items : {65534, 65535, 65536, 65537, 200001}) {
    std::vector<uint8_t> seen(static_cast<size_t>(items));
    pool.for_each(items, [&](int64_t i, int) { ++seen[static_cast<size_t>(i)]; });
    EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), items);
  }
}

TEST(ThreadPool, PinsWorkersAndLeavesTheCallerAlone) {
  const Machine machine = read_machine();
  cpu_set_t before, after;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  ThreadPoolOptions options{.threads = static_cast<int>(machine.cores.size())};
  for (const Core& core : machine.cores) options.cpus.push_back(core.cpu);
  if (options.threads < 2) GTEST_SKIP() << "one core: there are no workers to pin";
  {
    ThreadPool pool(options);
    std::atomic<bool> pinned{true};
    // Until every worker has been at work once.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (pool.pinned() < options.threads - 1 && std::chrono::steady_clock::now() < end) {
      pool.for_each(100, [&](int64_t, int thread) {
        cpu_set_t mine;
        sched_getaffinity(0, sizeof mine, &mine);
        const size_t t = static_cast<size_t>(thread);
        if (thread > 0 && (CPU_COUNT(&mine) != 1 || !CPU_ISSET(options.cpus[t], &mine))) {
          pinned = false;
        }
      });
    }
    EXPECT_TRUE(pinned);
    EXPECT_EQ(pool.pinned(), options.threads - 1);
  }
  ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
  // A processor that is not there: the worker goes where the system likes.
  ThreadPool pool({.threads = 2, .cpus = {0, CPU_SETSIZE - 1}});
  std::atomic<int64_t> sum{0};
  pool.for_each(100, [&](int64_t i, int) { sum += i; });
  EXPECT_EQ(sum, 4950);
}

TEST(ThreadPool, UsableThreadsIsAtLeastOne) { EXPECT_GE(usable_threads(), 1); }

}  // namespace
}  // namespace realm
