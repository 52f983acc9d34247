#include "base/thread_pool.hpp"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <chrono>

#include "base/machine.hpp"

namespace realm {
namespace {

// Longer than the gap between two ops, shorter than a token's wait for its user.
constexpr std::chrono::microseconds kSpinTime{100};
constexpr int kSpinsAClock = 32;  // pauses between two looks at the clock

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Spins until `arrived` or the time is over; whether it arrived.
template <class Arrived>
bool spin_until(const Arrived& arrived) {
  const auto end = std::chrono::steady_clock::now() + kSpinTime;
  do {
    for (int i = 0; i < kSpinsAClock; ++i) {
      if (arrived()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

constexpr uint64_t pack(int64_t first, int64_t last) {
  return static_cast<uint64_t>(first) << 32 | static_cast<uint64_t>(last);
}
constexpr int64_t first_of(uint64_t part) { return static_cast<int64_t>(part >> 32); }
constexpr int64_t last_of(uint64_t part) { return static_cast<int64_t>(part & 0xffffffffu); }

bool pin_this_thread(int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return false;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

// The loop that this thread is in: not state of the library, but of the thread's stack.
struct Inside {
  const ThreadPool* pool = nullptr;
  int thread = 0;
};
thread_local Inside inside;

}  // namespace

ThreadPool::ThreadPool(const ThreadPoolOptions& options)
    : parts_(static_cast<size_t>(std::max(1, options.threads))) {
  const int threads = std::max(1, options.threads);
  used_ = threads;
  fast_ = options.fast > 0 ? std::min(options.fast, threads) : threads;
  spins_ = threads <= processors();
  workers_.reserve(static_cast<size_t>(threads) - 1);
  for (size_t t = 0; t < parts_.size() && t < options.cpus.size(); ++t) {
    parts_[t].cpu = options.cpus[t];
  }
  for (int t = 1; t < threads; ++t) {
    workers_.emplace_back([this, t] { work(t); });
  }
}

ThreadPool::~ThreadPool() {
  stop_.store(true);
  for (Part& part : parts_) {
    part.ticket.fetch_add(1);
    part.ticket.notify_one();
  }
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::use(int threads) { used_ = std::clamp(threads, 1, this->threads()); }

bool ThreadPool::is_inside() const { return inside.pool == this; }

int ThreadPool::alone() {
  if (!is_inside()) return 0;
  nested_.fetch_add(1, std::memory_order_relaxed);
  return inside.thread;
}

void ThreadPool::run(int64_t items, Call call, void* context) {
  call_ = call;
  context_ = context;
  for (base_ = 0; base_ < items; base_ += kMostItems) {
    const int64_t count = std::min(items - base_, kMostItems);
    done_.store(0, std::memory_order_relaxed);
    for (int rank = 0; rank < used_; ++rank) {
      // 32-bit halves times at most some thousand threads.
      part(thread_of(rank))
          .left.store(pack(count * rank / used_, count * (rank + 1) / used_),
                      std::memory_order_release);
    }
    for (int rank = 1; rank < used_; ++rank) {
      Part& called = part(thread_of(rank));
      // In one order with wait_for_ticket(): either it sees the ticket, or this sees it asleep.
      called.ticket.fetch_add(1, std::memory_order_seq_cst);
      if (called.asleep.load(std::memory_order_seq_cst) != 0) called.ticket.notify_one();
    }
    drain(0);
    // The others are within one item of their end: spin, then let the system run them.
    const auto finished = [this, count] { return done_.load(std::memory_order_acquire) == count; };
    if (finished() || (spins_ && spin_until(finished))) continue;
    while (!finished()) std::this_thread::yield();
  }
}

int64_t ThreadPool::take_all(std::atomic<uint64_t>& left, int thread) {
  int64_t taken = 0;
  uint64_t now = left.load(std::memory_order_acquire);
  while (first_of(now) < last_of(now)) {
    const int64_t first = first_of(now);
    if (!left.compare_exchange_weak(now, pack(first + 1, last_of(now)), std::memory_order_acq_rel,
                                    std::memory_order_acquire)) {
      continue;
    }
    call_(context_, base_ + first, thread);
    ++taken;
    now = left.load(std::memory_order_acquire);
  }
  return taken;
}

// Takes the second half of `left` over into the thread's own spare part. In order and together,
// because memory is read faster so than in single items from the end.
bool ThreadPool::take_half(std::atomic<uint64_t>& left, int thread) {
  uint64_t now = left.load(std::memory_order_acquire);
  while (first_of(now) < last_of(now)) {
    const int64_t middle = first_of(now) + (last_of(now) - first_of(now)) / 2;
    const uint64_t half = pack(middle, last_of(now));
    if (!left.compare_exchange_weak(now, pack(first_of(now), middle), std::memory_order_acq_rel,
                                    std::memory_order_acquire)) {
      continue;
    }
    part(thread).spare.store(half, std::memory_order_release);
    return true;
  }
  return false;
}

void ThreadPool::drain(int thread) {
  const Inside outer = inside;
  inside = {this, thread};
  int64_t taken = take_all(part(thread).left, thread);
  const auto take_over = [&](int from) {
    if (from < 0 || from >= threads()) return;
    while (take_half(part(from).left, thread) || take_half(part(from).spare, thread)) {
      taken += take_all(part(thread).spare, thread);
    }
  };
  for (int step = 1; step < threads(); ++step) {
    take_over(thread + step);
    take_over(thread - step);
  }
  inside = outer;
  if (taken > 0) done_.fetch_add(taken, std::memory_order_release);
}

void ThreadPool::wait_for_ticket(Part& part, uint32_t seen) const {
  const auto called = [&] { return part.ticket.load(std::memory_order_acquire) != seen; };
  if (called() || (spins_ && spin_until(called))) return;
  part.asleep.store(1, std::memory_order_seq_cst);
  while (part.ticket.load(std::memory_order_seq_cst) == seen) {
    part.ticket.wait(seen, std::memory_order_seq_cst);
  }
  part.asleep.store(0, std::memory_order_relaxed);
}

void ThreadPool::work(int thread) {
  Part& mine = part(thread);
  if (mine.cpu >= 0 && pin_this_thread(mine.cpu)) pinned_.fetch_add(1, std::memory_order_relaxed);
  uint32_t seen = 0;
  for (;;) {
    wait_for_ticket(mine, seen);
    seen = mine.ticket.load(std::memory_order_acquire);
    if (stop_.load()) return;
    drain(thread);
  }
}

int usable_threads() { return read_machine().threads(); }

}  // namespace realm
