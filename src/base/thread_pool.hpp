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
// A loop costs one line written by the caller and read by all, and a line of each worker's read by
// the caller: each knows its items without being handed them.
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
  static constexpr int64_t kMostItems = 0xffff;

  /// A loop as a thread has read it.
  struct Job {
    uint32_t number = 0;  ///< even, of no other loop that a thread may still remember
    int used = 1;
    int64_t items = 0;
    int64_t base = 0;  ///< added to the numbers of items
    Call call = nullptr;
    void* context = nullptr;
  };

  // A thread's part of the loop in work, in a cache line of its own: nothing is written to another
  // thread's line but when items are taken over.
  struct alignas(64) Part {
    // Number of the loop, then items not yet taken: the first, behind the last. An older number
    // stands for all items of the part, so that nobody has to hand them out. Who has taken one (a
    // compare-and-swap) knows that its loop is in work until the item is done.
    std::atomic<uint64_t> left{0};
    std::atomic<uint64_t> spare{0};   ///< taken over from others; only this thread adds to it
    std::atomic<uint64_t> done{0};    ///< number of the loop, items that this thread has finished
    std::atomic<uint32_t> ticket{0};  ///< changes when the sleeping thread is called
    int cpu = -1;
  };

  /// Whether the calling thread is in a loop of this pool.
  bool is_inside() const;
  /// The number under which the calling thread runs a loop alone.
  int alone();
  void run(int64_t items, Call call, void* context);
  /// Tells the workers of a loop; its number.
  Job publish(int64_t base, int64_t items, Call call, void* context);
  bool is_finished(const Job& job) const;
  void work(int thread);
  /// The next loop that the thread is called to; `seen` is the number of its last one. Number 0:
  /// the pool ends.
  Job next_job(int thread, uint32_t seen);
  bool read_job(Job& job) const;
  void sleep(int thread, uint32_t seen);
  /// Takes items, its own first, until none is left.
  void drain(const Job& job, int thread);
  Part& part(int thread) { return parts_[static_cast<size_t>(thread)]; }
  const Part& part(int thread) const { return parts_[static_cast<size_t>(thread)]; }
  /// What `word` of a part of `owner` says to a loop: an older one stands for the whole part, or
  /// for nothing where it is a spare one (owner -1).
  uint64_t seen_by(const Job& job, uint64_t word, int owner) const;
  /// Runs items until none is left; how many.
  int64_t take_all(const Job& job, std::atomic<uint64_t>& left, int owner, int thread);
  bool take_half(const Job& job, std::atomic<uint64_t>& left, int owner, int thread);
  int thread_of(int rank, int used) const { return used < fast_ ? rank * fast_ / used : rank; }
  /// -1: the thread takes no part in loops on `used` threads.
  int rank_of(int thread, int used) const;

  std::vector<Part> parts_;
  std::vector<std::atomic<uint8_t>> asleep_;  ///< seldom written, so the caller reads them for free
  int used_ = 1;
  int fast_ = 1;
  bool spins_ = true;
  // The loop in work, in one line that all workers look at: written by the caller alone, odd while
  // it is being written.
  alignas(64) std::atomic<uint32_t> number_{0};
  std::atomic<int> job_used_{1};
  std::atomic<int64_t> job_items_{0};
  std::atomic<int64_t> job_base_{0};
  std::atomic<Call> job_call_{nullptr};
  std::atomic<void*> job_context_{nullptr};
  alignas(64) std::atomic<bool> stop_{false};
  std::atomic<int> pinned_{0};
  std::atomic<int64_t> nested_{0};
  std::vector<std::thread> workers_;
};

/// Threads that this process should use: physical cores it may run on, within its cgroups' quota.
int usable_threads();

}  // namespace realm
