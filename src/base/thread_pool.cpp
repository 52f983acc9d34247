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

// What a part's words hold: the number of a loop, and two numbers of items.
constexpr uint64_t pack(uint32_t number, int64_t first, int64_t last) {
  return uint64_t{number} << 32 | static_cast<uint64_t>(first) << 16 | static_cast<uint64_t>(last);
}
constexpr uint32_t number_of(uint64_t word) { return static_cast<uint32_t>(word >> 32); }
constexpr int64_t first_of(uint64_t word) { return static_cast<int64_t>(word >> 16 & 0xffff); }
constexpr int64_t last_of(uint64_t word) { return static_cast<int64_t>(word & 0xffff); }

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
    : parts_(static_cast<size_t>(std::max(1, options.threads))), asleep_(parts_.size()) {
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
  number_.fetch_add(2);
  for (Part& part : parts_) {
    part.ticket.fetch_add(1);
    part.ticket.notify_one();
  }
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::use(int threads) { used_ = std::clamp(threads, 1, this->threads()); }

int ThreadPool::rank_of(int thread, int used) const {
  if (used >= fast_) return thread < used ? thread : -1;
  const int rank = (thread * used + fast_ - 1) / fast_;
  return rank < used && thread_of(rank, used) == thread ? rank : -1;
}

bool ThreadPool::is_inside() const { return inside.pool == this; }

int ThreadPool::alone() {
  if (!is_inside()) return 0;
  nested_.fetch_add(1, std::memory_order_relaxed);
  return inside.thread;
}

// The order of stores and loads is a sequence lock's: who reads the same even number before and
// after has read what belongs together.
ThreadPool::Job ThreadPool::publish(int64_t base, int64_t items, Call call, void* context) {
  const uint32_t last = number_.load(std::memory_order_relaxed);
  // 0 is no loop's number.
  const Job job{last + 2 == 0 ? 2 : last + 2, used_, items, base, call, context};
  number_.store(last + 1, std::memory_order_relaxed);
  job_used_.store(job.used, std::memory_order_release);
  job_items_.store(items, std::memory_order_release);
  job_base_.store(base, std::memory_order_release);
  job_call_.store(call, std::memory_order_release);
  job_context_.store(context, std::memory_order_release);
  // In one order with sleep(): either it sees the number, or this sees it asleep.
  number_.store(job.number, std::memory_order_seq_cst);
  for (int rank = 1; rank < job.used; ++rank) {
    const int thread = thread_of(rank, job.used);
    if (asleep_[static_cast<size_t>(thread)].load(std::memory_order_seq_cst) == 0) continue;
    part(thread).ticket.fetch_add(1, std::memory_order_release);
    part(thread).ticket.notify_one();
  }
  return job;
}

bool ThreadPool::read_job(Job& job) const {
  job.number = number_.load(std::memory_order_acquire);
  if (job.number % 2 != 0) return false;
  job.used = job_used_.load(std::memory_order_acquire);
  job.items = job_items_.load(std::memory_order_acquire);
  job.base = job_base_.load(std::memory_order_acquire);
  job.call = job_call_.load(std::memory_order_acquire);
  job.context = job_context_.load(std::memory_order_acquire);
  return number_.load(std::memory_order_relaxed) == job.number;
}

bool ThreadPool::is_finished(const Job& job) const {
  int64_t done = 0;
  for (const Part& part : parts_) {
    const uint64_t word = part.done.load(std::memory_order_acquire);
    if (number_of(word) == job.number) done += last_of(word);
  }
  return done == job.items;
}

void ThreadPool::run(int64_t items, Call call, void* context) {
  for (int64_t base = 0; base < items; base += kMostItems) {
    const Job job = publish(base, std::min(items - base, kMostItems), call, context);
    drain(job, 0);
    // The others are within one item of their end: spin, then let the system run them.
    const auto finished = [&] { return is_finished(job); };
    if (finished() || (spins_ && spin_until(finished))) continue;
    while (!finished()) std::this_thread::yield();
  }
}

// One of a newer loop is nothing to this one, which has ended. Numbers wrap around after two
// thousand million loops: no thread is that late.
uint64_t ThreadPool::seen_by(const Job& job, uint64_t word, int owner) const {
  const auto age = static_cast<int32_t>(job.number - number_of(word));
  if (age == 0) return word;
  const int rank = age < 0 || owner < 0 ? -1 : rank_of(owner, job.used);
  if (rank < 0) return pack(job.number, 0, 0);
  return pack(job.number, job.items * rank / job.used, job.items * (rank + 1) / job.used);
}

int64_t ThreadPool::take_all(const Job& job, std::atomic<uint64_t>& left, int owner, int thread) {
  int64_t taken = 0;
  uint64_t word = left.load(std::memory_order_acquire);
  for (;;) {
    const uint64_t now = seen_by(job, word, owner);
    const int64_t first = first_of(now);
    if (first >= last_of(now)) return taken;
    if (!left.compare_exchange_weak(word, pack(job.number, first + 1, last_of(now)),
                                    std::memory_order_acq_rel, std::memory_order_acquire)) {
      continue;
    }
    job.call(job.context, job.base + first, thread);
    ++taken;
    word = left.load(std::memory_order_acquire);
  }
}

// Takes the second half of `left` over into the thread's own spare part. In order and together,
// because memory is read faster so than in single items from the end.
bool ThreadPool::take_half(const Job& job, std::atomic<uint64_t>& left, int owner, int thread) {
  uint64_t word = left.load(std::memory_order_acquire);
  for (;;) {
    const uint64_t now = seen_by(job, word, owner);
    const int64_t first = first_of(now);
    const int64_t last = last_of(now);
    if (first >= last) return false;
    const int64_t middle = first + (last - first) / 2;
    if (!left.compare_exchange_weak(word, pack(job.number, first, middle),
                                    std::memory_order_acq_rel, std::memory_order_acquire)) {
      continue;
    }
    part(thread).spare.store(pack(job.number, middle, last), std::memory_order_release);
    return true;
  }
}

void ThreadPool::drain(const Job& job, int thread) {
  const Inside outer = inside;
  inside = {this, thread};
  Part& mine = part(thread);
  int64_t taken = 0;
  const auto report = [&](int64_t more) {
    if (more == 0) return;
    taken += more;
    mine.done.store(pack(job.number, 0, taken), std::memory_order_release);
  };
  report(take_all(job, mine.left, thread, thread));
  const auto take_over = [&](int from) {
    if (from < 0 || from >= threads()) return;
    Part& theirs = part(from);
    while (take_half(job, theirs.left, from, thread) || take_half(job, theirs.spare, -1, thread)) {
      report(take_all(job, mine.spare, -1, thread));
    }
  };
  for (int step = 1; step < threads(); ++step) {
    // Nothing of a loop is left when the next one is there.
    if (number_.load(std::memory_order_relaxed) != job.number) break;
    take_over(thread + step);
    take_over(thread - step);
  }
  inside = outer;
}

void ThreadPool::sleep(int thread, uint32_t seen) {
  Part& mine = part(thread);
  std::atomic<uint8_t>& asleep = asleep_[static_cast<size_t>(thread)];
  const uint32_t ticket = mine.ticket.load(std::memory_order_acquire);
  asleep.store(1, std::memory_order_seq_cst);
  if (number_.load(std::memory_order_seq_cst) == seen) mine.ticket.wait(ticket);
  asleep.store(0, std::memory_order_relaxed);
}

ThreadPool::Job ThreadPool::next_job(int thread, uint32_t seen) {
  bool spins = spins_;
  for (;;) {
    const auto called = [&] { return number_.load(std::memory_order_acquire) != seen; };
    if (!called() && !(spins && spin_until(called))) sleep(thread, seen);
    Job job;
    if (!called() || !read_job(job)) {
      relax();
      continue;
    }
    if (stop_.load()) return {};
    if (rank_of(thread, job.used) >= 0) return job;
    seen = job.number;  // others' loops: those that are not called do not spin
    spins = false;
  }
}

void ThreadPool::work(int thread) {
  const Part& mine = part(thread);
  if (mine.cpu >= 0 && pin_this_thread(mine.cpu)) pinned_.fetch_add(1, std::memory_order_relaxed);
  for (Job job = next_job(thread, 0); job.number != 0; job = next_job(thread, job.number)) {
    drain(job, thread);
  }
}

int usable_threads() { return read_machine().threads(); }

}  // namespace realm
