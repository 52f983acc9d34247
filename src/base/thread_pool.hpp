// A pool of threads that run one parallel loop at a time, with the caller as one of them.
//
// Workers spin for a while after a loop, because the next one follows within microseconds while a
// model runs, then sleep on a futex. Which thread gets which item is not fixed; results must not
// depend on it. for_each is not reentrant and belongs to one caller at a time.
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

  /// Calls body(item, thread) for every item in [0, items), thread in [0, threads()); returns when
  /// all are done. `body` must not throw.
  template <class Body>
  void for_each(int64_t items, Body&& body) {
    using Fn = std::remove_reference_t<Body>;
    if (items <= 0) return;
    if (items == 1 || workers_.empty()) {
      for (int64_t i = 0; i < items; ++i) body(i, 0);
      return;
    }
    run(
        items,
        [](void* context, int64_t item, int thread) { (*static_cast<Fn*>(context))(item, thread); },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  using Call = void (*)(void* context, int64_t item, int thread);
  void run(int64_t items, Call call, void* context);
  void work(int thread);
  void drain(int thread);

  // A loop is published by raising `epoch_`; every worker checks in on `idle_` when it has left it.
  alignas(64) std::atomic<uint32_t> epoch_{0};
  alignas(64) std::atomic<int64_t> next_{0};
  alignas(64) std::atomic<int> busy_{0};
  int64_t items_ = 0;
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> workers_;
};

/// Threads that this process should use: physical cores it may run on, within its cgroup's quota.
int usable_threads();

}  // namespace realm
