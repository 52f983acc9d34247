// load_bench: what loading a model costs beside reading its file, one JSON line per case.
//
//   load_bench MODEL.gguf [-t THREADS] [-r ROUNDS] [--cold 0|1] [--mmap 0|1] [--packed-cache
//   FOLDER]
// read: every byte once, by the threads and in the pieces that packing uses, into a piece's memory;
// fill: the same into new memory of the file's size (huge pages where the system gives them), which
// is the least that a loaded model needs; text: the header and the vocabulary alone; load: the
// whole model, ready to run. Cases take turns, ROUNDS times. Least and median of the wall clock;
// cpu: least of the time that processors spent in the process, which neighbours disturb less.
// --cold 1 asks the system to forget the file before each case.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "backend/host_memory.hpp"
#include "backend/registry.hpp"
#include "base/file.hpp"
#include "base/machine.hpp"
#include "base/str.hpp"
#include "base/thread_pool.hpp"
#include "model/loader.hpp"

namespace realm {
namespace {

constexpr uint64_t kPieceBytes = uint64_t{1} << 18;  // as backend/cpu/linear/weight.cpp

struct Options {
  std::string model;
  int threads = 0;
  int rounds = 5;
  bool cold = false;
  LoadOptions load = {};
};

double cpu_seconds() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void forget(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fdatasync(fd);
  (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  close(fd);
}

Result<void> read_through(const std::string& path, ThreadPool& pool, std::byte* into) {
  REALM_ASSIGN(const RandomAccessFile file, RandomAccessFile::open(path, FileAccess::kRead));
  const uint64_t size = file.size_bytes();
  std::vector<std::vector<std::byte>> pieces(static_cast<size_t>(pool.threads()));
  std::vector<Result<void>> results(pieces.size());
  pool.for_each(static_cast<int64_t>((size + kPieceBytes - 1) / kPieceBytes),
                [&](int64_t item, int thread) {
                  const uint64_t at = static_cast<uint64_t>(item) * kPieceBytes;
                  const auto bytes = static_cast<size_t>(std::min(kPieceBytes, size - at));
                  auto& piece = pieces[static_cast<size_t>(thread)];
                  if (into == nullptr) piece.resize(kPieceBytes);
                  auto ok = file.read_at(at, {into == nullptr ? piece.data() : into + at, bytes});
                  if (!ok) results[static_cast<size_t>(thread)] = std::move(ok);
                });
  for (auto& result : results) REALM_TRY(std::move(result));
  return {};
}

struct Case {
  std::string name;
  std::function<Result<void>()> run;
  std::vector<double> wall = {};
  std::vector<double> cpu = {};
};

Result<void> measure(const Options& options) {
  REALM_ASSIGN(const RandomAccessFile file,
               RandomAccessFile::open(options.model, FileAccess::kRead));
  const uint64_t bytes = file.size_bytes();
  const int threads = options.threads > 0 ? options.threads : read_machine().threads();
  ThreadPool pool(threads);
  REALM_ASSIGN(const std::unique_ptr<Device> device,
               open_device("cpu", {.threads = threads, .decode_threads = threads}, {}));
  std::vector<Case> cases;
  cases.push_back({"read", [&] { return read_through(options.model, pool, nullptr); }});
  cases.push_back({"fill", [&]() -> Result<void> {
                     REALM_ASSIGN(const auto memory, allocate_host(nullptr, bytes));
                     return read_through(options.model, pool,
                                         static_cast<std::byte*>(memory->address()));
                   }});
  cases.push_back({"text", [&]() -> Result<void> {
                     REALM_TRY(load_text(options.model));
                     return {};
                   }});
  cases.push_back({"load", [&]() -> Result<void> {
                     REALM_TRY(load_model(options.model, *device, options.load));
                     return {};
                   }});
  for (int round = 0; round < options.rounds; ++round) {
    for (Case& one : cases) {
      if (options.cold) forget(options.model);
      const auto start = std::chrono::steady_clock::now();
      const double cpu = cpu_seconds();
      REALM_TRY(one.run());
      one.cpu.push_back(cpu_seconds() - cpu);
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      one.wall.push_back(time.count());
    }
  }
  for (Case& one : cases) {
    std::sort(one.wall.begin(), one.wall.end());
    std::sort(one.cpu.begin(), one.cpu.end());
    std::printf(
        "{\"case\":\"%s\",\"bytes\":%llu,\"threads\":%d,\"cold\":%s,\"least_s\":%.4f,"
        "\"median_s\":%.4f,\"cpu_s\":%.4f,\"of_read\":%.3f,\"cpu_of_read\":%.3f}\n",
        one.name.c_str(), static_cast<unsigned long long>(bytes), threads,
        options.cold ? "true" : "false", one.wall.front(), one.wall[one.wall.size() / 2],
        one.cpu.front(), one.wall.front() / cases.front().wall.front(),
        one.cpu.front() / cases.front().cpu.front());
  }
  return {};
}

int run(int argc, char** argv) {
  Options options;
  bool good = argc % 2 == 0;
  if (good) options.model = argv[1];
  for (int i = 2; good && i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const int value = std::atoi(argv[i + 1]);
    if (name == "-t") {
      options.threads = value;
    } else if (name == "-r") {
      options.rounds = value;
    } else if (name == "--cold") {
      options.cold = value != 0;
    } else if (name == "--mmap") {
      options.load.map_weights = value != 0;
    } else if (name == "--packed-cache") {
      options.load.packed_cache = argv[i + 1];
    } else {
      good = false;
    }
  }
  if (!good || options.rounds < 1) {
    std::fprintf(stderr,
                 "load_bench MODEL.gguf [-t THREADS] [-r ROUNDS] [--cold 0|1] [--mmap 0|1] "
                 "[--packed-cache FOLDER]\n");
    return 1;
  }
  const auto ok = measure(options);
  if (!ok) std::fprintf(stderr, "load_bench: %s\n", ok.error().message.c_str());
  return ok ? 0 : 1;
}

}  // namespace
}  // namespace realm

int main(int argc, char** argv) { return realm::run(argc, argv); }
