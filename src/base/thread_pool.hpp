// A pool of threads that run one parallel loop at a time, with the caller as one of them.
//
// Every thread starts with its own contiguous part of the items, the same part of the same number
// of items each time: what it touched first (memory of its node) and last (its caches) is what it
// works on again. Who has finished takes over half of what another has left, nearest neighbours
// first. So which thread gets which item is not fixed, and results must not depend on it. A loop
// ends when its items are done, whether or not every worker came: one that sleeps or was put aside
// by the system is not waited for, its items are taken over.
//
// Workers spin for a while after a loop, because the next one follows within microseconds while a
// model runs, then sleep on a futex. They do not spin where there are more threads than processors.
//
// for_each belongs to one caller at a time. A loop inside a loop of the same pool finds no threads:
// it runs on the thread that asked for it, and is counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace realm {

struct ThreadPoolOptions {
  int threads = 1;  ///< with the caller; at least 1
  /// A processor for each thread: workers stay on theirs. The first is the caller's, which is never
  /// moved. Empty: nobody is pinned.
  std::vector<int> cpus = {};
  /// Threads [0, fast) have the fast processors: use() takes from these first. 0: all are alike.
  int fast = 0;
};

class ThreadPool {
 public:
  explicit ThreadPool(int threads) : ThreadPool(ThreadPoolOptions{.threads = threads}) {}
  explicit ThreadPool(const ThreadPoolOptions& options);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(parts_.size()); }

  /// From now on loops run on `threads` of the threads (clamped to 1 ... threads()): fast ones
  /// first, evenly spread over these; the others sleep. Between loops, by their caller.
  void use(int threads);
  int used() const { return used_; }

  /// Calls body(item, thread) for every item in [0, items), thread in [0, threads()); returns when
  /// all are done. `body` must not throw.
  template <class Body>
  void for_each(int64_t items, Body&& body) {
    using Fn = std::remove_reference_t<Body>;
    if (items <= 0) return;
    if (items == 1 || used_ == 1 || is_inside()) {
      const int thread = alone();
      for (int64_t i = 0; i < items; ++i) body(i, thread);
      return;
    }
    const Call call = [](void* context, int64_t item, int thread) {
      (*static_cast<Fn*>(context))(item, thread);
    };
    run(items, call, const_cast<void*>(static_cast<const void*>(&body)));
  }

  /// Workers that the system keeps where they were asked to be.
  int pinned() const { return pinned_.load(std::memory_order_relaxed); }
  /// Loops that were asked for inside a loop, and ran on one thread.
  int64_t nested_loops() const { return nested_.load(std::memory_order_relaxed); }

 private:
  using Call = void (*)(void* context, int64_t item, int thread);
  static constexpr int64_t kMostItems = INT64_C(0xffffffff);

  // A thread's part of the loop in work, in a cache line of its own.
  struct alignas(64) Part {
    // Items not yet taken: the first in the high half, behind the last in the low one. Who has
    // taken one (a compare-and-swap) may read call_ and context_: they change only after it is
    // done. So it does no harm to come late, from an earlier loop: what is taken is an item of the
    // loop in work.
    std::atomic<uint64_t> left{0};
    std::atomic<uint64_t> spare{0};   ///< taken over from others; only this thread adds to it
    std::atomic<uint32_t> ticket{0};  ///< changes when the thread is called
    std::atomic<uint32_t> asleep{0};
    int cpu = -1;
  };

  /// Whether the calling thread is in a loop of this pool.
  bool is_inside() const;
  /// The number under which the calling thread runs a loop alone.
  int alone();
  void run(int64_t items, Call call, void* context);
  void work(int thread);
  void wait_for_ticket(Part& part, uint32_t seen) const;
  /// Takes items, its own first, until none is left.
  void drain(int thread);
  Part& part(int thread) { return parts_[static_cast<size_t>(thread)]; }
  /// Runs items until none is left; how many.
  int64_t take_all(std::atomic<uint64_t>& left, int thread);
  bool take_half(std::atomic<uint64_t>& left, int thread);
  int thread_of(int rank) const { return used_ <= fast_ ? rank * fast_ / used_ : rank; }

  std::vector<Part> parts_;
  int used_ = 1;
  int fast_ = 1;
  bool spins_ = true;
  alignas(64) std::atomic<int64_t> done_{0};  ///< items of the loop that are finished
  alignas(64) int64_t base_ = 0;              ///< added to the numbers of items
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::atomic<bool> stop_{false};
  std::atomic<int> pinned_{0};
  std::atomic<int64_t> nested_{0};
  std::vector<std::thread> workers_;
};

/// Threads that this process should use: physical cores it may run on, within its cgroups' quota.
int usable_threads();

}  // namespace realm
