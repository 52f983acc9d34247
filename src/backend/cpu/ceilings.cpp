#include "backend/cpu/ceilings.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "backend/cpu/ceiling_kernels.hpp"
#include "backend/cpu/isa.hpp"
#include "backend/host_memory.hpp"
#include "base/str.hpp"
#include "base/thread_pool.hpp"

// Filled by kernels/ceilings.cpp, compiled once per set (cmake/kernels.cmake).
namespace realm::cpu {
namespace baseline {
extern const CeilingKernels kCeilings;
}
namespace avx2 {
extern const CeilingKernels kCeilings;
}
namespace avx512 {
extern const CeilingKernels kCeilings;
}
namespace avx2vnni {
extern const CeilingKernels kCeilings;
}
namespace neon {
extern const CeilingKernels kCeilings;
}
namespace neoni8mm {
extern const CeilingKernels kCeilings;
}
}  // namespace realm::cpu

namespace realm::cpu {
namespace {

struct Row {
  std::string_view variant;
  const CeilingKernels* kernels;
};
constexpr Row kRows[] = {
#if defined(__x86_64__)
    {"avx512bf16", &avx512::kCeilings}, {"avx512", &avx512::kCeilings},
    {"avx2vnni", &avx2vnni::kCeilings}, {"avx2", &avx2::kCeilings},
#elif defined(__aarch64__)
    {"neoni8mm", &neoni8mm::kCeilings},
    {"neon", &neon::kCeilings},
#endif
    {"baseline", &baseline::kCeilings},
};

using Clock = std::chrono::steady_clock;

// The best of the runs that fit: others on the machine can only slow one down.
template <class Run>
double best_rate(double budget_seconds, Run&& run) {
  constexpr int kLeast = 5, kMost = 100;
  double best = 0, total = 0;
  for (int i = 0; i < kMost && (i < kLeast || total < budget_seconds); ++i) {
    const Clock::time_point start = Clock::now();
    const auto work = static_cast<double>(run());
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    total += seconds;
    best = std::max(best, work / std::max(seconds, 1e-9));
  }
  return best;
}

constexpr size_t kPiece = size_t{1} << 20;

// Several times what caches hold, but no more than an eighth of the machine's memory.
size_t buffer_bytes(int threads) {
  constexpr size_t kLeast = size_t{256} << 20, kMost = size_t{4} << 30;
  const size_t wanted =
      std::clamp(static_cast<size_t>(threads) * (size_t{64} << 20), kLeast, kMost);
  const size_t memory = static_cast<size_t>(host_memory_bytes());
  return (memory == 0 ? wanted : std::min(wanted, memory / 8)) / kPiece * kPiece;
}

// One call of `work` by every thread several times over, so that none waits for long at the end.
template <class Work>
int64_t on_all_threads(ThreadPool& pool, Work&& work) {
  std::atomic<int64_t> done{0};
  pool.for_each(int64_t{8} * pool.threads(), [&](int64_t, int) { done += work(); });
  return done;
}

Result<Ceilings> measure(const CeilingKernels& kernels, ThreadPool& pool) {
  Ceilings found;
  const size_t bytes = buffer_bytes(pool.threads());
  REALM_ASSIGN(const auto buffer, allocate_host(nullptr, bytes));
  auto* at = static_cast<std::byte*>(buffer->address());
  const auto pieces = static_cast<int64_t>(bytes / kPiece);
  // Pages that nobody wrote are one and the same.
  pool.for_each(pieces, [&](int64_t i, int) {
    std::memset(at + static_cast<size_t>(i) * kPiece, 1, kPiece);
  });
  found.read_bytes_per_second = best_rate(0.4, [&] {
    std::atomic<uint64_t> read{0};
    pool.for_each(pieces, [&](int64_t i, int) {
      read += kernels.read_all(at + static_cast<size_t>(i) * kPiece, kPiece);
    });
    return read.load();
  });
  constexpr int64_t kRounds = 20000;  // about 50 us
  found.int8_macs_per_second = best_rate(
      0.2, [&] { return on_all_threads(pool, [&] { return kernels.multiply_bytes(kRounds); }); });
  found.float_macs_per_second = best_rate(
      0.2, [&] { return on_all_threads(pool, [&] { return kernels.multiply_floats(kRounds); }); });
  return found;
}

}  // namespace
}  // namespace realm::cpu

namespace realm {

Result<Ceilings> measure_cpu_ceilings(std::string_view variant, int threads) {
  REALM_ASSIGN(const cpu::Variant chosen, cpu::choose_variant(variant));
  for (const cpu::Row& row : cpu::kRows) {
    if (row.variant != chosen.name) continue;
    ThreadPool pool(threads > 0 ? threads : usable_threads());
    return cpu::measure(*row.kernels, pool);
  }
  return Error{Code::kUnsupported, str("no ceilings are measured for ", chosen.name)};
}

}  // namespace realm
