// A pool of threads that run one parallel loop at a time, with the caller as one of them.
//
// Workers spin for a while after a loop, because the next one follows within microseconds while a
// model runs, then sleep on a futex. A loop ends when its items are done, whether or not every
// worker came: one that sleeps or was put aside by the system is not waited for. Which thread gets
// which item is not fixed; results must not depend on it. for_each is not reentrant and belongs to
// one caller at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace realm {

class ThreadPool {
 public:
  /// `threads` counts the caller; at least 1.
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls body(item, thread) for every item in [0, items), items < 2^32, thread in [0, threads());
  /// returns when all are done. `body` must not throw.
  template <class Body>
  void for_each(int64_t items, Body&& body) {
    using Fn = std::remove_reference_t<Body>;
    if (items <= 0) return;
    if (items == 1 || workers_.empty()) {
      for (int64_t i = 0; i < items; ++i) body(i, 0);
      return;
    }
    const Call call = [](void* context, int64_t item, int thread) {
      (*static_cast<Fn*>(context))(item, thread);
    };
    run(items, call, const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  using Call = void (*)(void* context, int64_t item, int thread);
  /// Precondition: items < 2^32.
  void run(int64_t items, Call call, void* context);
  void work(int thread);
  /// Takes items until none is left.
  void drain(int thread);

  // The loop in work: its number in the high half, items not yet taken in the low one. Who takes an
  // item (a compare-and-swap) may read the fields below: they change only after it is done.
  alignas(64) std::atomic<uint64_t> loop_{0};
  alignas(64) std::atomic<int64_t> done_{0};    ///< items of the loop that are finished
  alignas(64) std::atomic<uint32_t> epoch_{0};  ///< workers wait for it to change
  int64_t items_ = 0;
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> workers_;
};

/// Threads that this process should use: physical cores it may run on, within its cgroup's quota.
int usable_threads();

}  // namespace realm
