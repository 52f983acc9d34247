#include "base/thread_pool.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

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

TEST(ThreadPool, UsableThreadsIsAtLeastOne) { EXPECT_GE(usable_threads(), 1); }

}  // namespace
}  // namespace realm
