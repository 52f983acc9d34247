// linear_bench: speed of the cpu backend's matmul, one JSON line per (format, rows of x).
//
//   linear_bench [--isa NAME] [--format NAME[,...]] [-m N[,...]] [-n N] [-k N] [-t THREADS]
//                [--bytes B] [--seconds S] [--clock wall|cpu]
// Weights rotate: as many matrices as make B bytes (default 96 MiB, so that they come from memory;
// 0: one matrix, so that it comes from a cache). A run is one pass over all of them. Times are
// the smallest and the median of the runs; rounding the activations is part of them. On a machine
// that others use, --clock cpu counts what this thread ran (-t 1 only). The result is checked
// before it is timed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "backend/cpu/isa.hpp"
#include "backend/cpu/linear/linear.hpp"
#include "backend/cpu/linear/product.hpp"
#include "backend/host_memory.hpp"
#include "base/str.hpp"
#include "formats/decode.hpp"
#include "ops/activations.hpp"
#include "ops/cases/random_weight.hpp"

namespace realm {
namespace {

double now(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Options {
  std::string isa;
  std::vector<Format> formats;
  std::vector<int64_t> m = {1, 2, 4, 8, 64, 512};
  int64_t n = 1536;
  int64_t k = 1536;
  int threads = 1;
  size_t bytes = size_t{96} << 20;
  double seconds = 0.3;
  clockid_t clock = CLOCK_MONOTONIC;
};

struct Bench {
  const Options& options;
  cpu::Variant variant;
  const cpu::LinearKernels& kernels;
  ThreadPool pool;
  cpu::LinearScratch scratch;

  cpu::LinearContext context() { return {kernels, *variant.kernels, pool, scratch}; }
};

// One matrix, packed at `offset` of `memory`; its bytes in the file in `rows`.
Result<TensorView> pack(Bench& bench, Format format, Rng& rng, std::vector<std::byte>& rows,
                        Buffer& memory, size_t offset) {
  const Options& o = bench.options;
  const size_t row = rows.size() / static_cast<size_t>(o.n);
  fill_random_weight(rng, format, rows);
  const WeightSpec spec{.name = "w", .format = format, .rows = o.n, .cols = o.k};
  REALM_TRY(cpu::pack_weight(
      bench.kernels, bench.pool, spec,
      [&](int64_t first, int64_t, std::span<std::byte> out) -> Result<void> {
        std::memcpy(out.data(), rows.data() + static_cast<size_t>(first) * row, out.size());
        return {};
      },
      static_cast<std::byte*>(memory.address()) + offset));
  return TensorView{.buffer = &memory,
                    .offset_bytes = offset,
                    .shape = Shape{o.n, o.k},
                    .format = format,
                    .packing = Packing::kDevice};
}

// A few results against double sums over the rounded activations.
Result<void> check_result(const Options& o, Format format, const std::vector<std::byte>& rows,
                          const std::vector<float>& x, const std::vector<float>& out, int64_t m) {
  const size_t row = rows.size() / static_cast<size_t>(o.n);
  std::vector<float> w(static_cast<size_t>(o.k));
  for (int64_t i = 0; i < 64; ++i) {
    const int64_t r = i * 7919 % o.n;
    const int64_t c = i * 104729 % m;
    REALM_TRY(decode_row(format, {rows.data() + static_cast<size_t>(r) * row, row}, w));
    const auto activations = matmul_row({x.data() + c * o.k, static_cast<size_t>(o.k)},
                                        matmul_activations(format, Activations::kInt8Block32));
    double sum = 0;
    double magnitude = 0;
    for (size_t j = 0; j < w.size(); ++j) {
      sum += activations[j] * static_cast<double>(w[j]);
      magnitude += std::fabs(activations[j] * static_cast<double>(w[j]));
    }
    const auto found = static_cast<double>(out[static_cast<size_t>(c * o.n + r)]);
    if (!(std::fabs(found - sum) <= 1e-5 * magnitude)) {
      return Error{Code::kInternal, str("out[", c, ", ", r, "] is ", found, ", expected ", sum)};
    }
  }
  return {};
}

Result<void> measure(Bench& bench, Format format) {
  const Options& o = bench.options;
  Rng rng(7);
  const auto row = row_bytes(format, static_cast<uint64_t>(o.k));
  if (!row) return Error{Code::kInvalidArgument, "-k is not whole blocks"};
  std::vector<std::byte> rows(static_cast<size_t>(o.n) * *row);  // of the last matrix
  REALM_ASSIGN(const size_t size, cpu::packed_bytes(bench.kernels, format, o.n, o.k));
  const size_t count = std::max<size_t>(1, o.bytes / size);
  const size_t step = (size + 255) / 256 * 256;
  REALM_ASSIGN(const auto memory, allocate_host(nullptr, count * step));
  std::vector<TensorView> weights;
  for (size_t i = 0; i < count; ++i) {
    REALM_ASSIGN(const TensorView weight, pack(bench, format, rng, rows, *memory, i * step));
    weights.push_back(weight);
  }

  for (const int64_t m : o.m) {
    std::vector<float> x(static_cast<size_t>(m * o.k));
    std::vector<float> out(static_cast<size_t>(m * o.n));
    for (float& v : x) v = static_cast<float>(rng.gaussian());
    const auto pass = [&]() -> Result<void> {
      for (const TensorView& weight : weights) {
        const cpu::Product product{.weight = weight, .out = out.data(), .stride = o.n};
        REALM_TRY(cpu::multiply(bench.context(), {.x = x.data(), .stride = o.k, .m = m, .k = o.k},
                                {&product, 1}));
      }
      return {};
    };
    REALM_TRY(pass());
    REALM_TRY(check_result(o, format, rows, x, out, m));
    std::vector<double> times;
    double total = 0;
    while (times.size() < 3 || total < o.seconds) {
      const double start = now(o.clock);
      REALM_TRY(pass());
      times.push_back(now(o.clock) - start);
      total += times.back();
    }
    std::sort(times.begin(), times.end());
    const double passes = static_cast<double>(weights.size());
    const double macs = static_cast<double>(m * o.n * o.k) * passes;
    const auto weight_bytes = static_cast<double>(size) * passes;
    std::printf(
        "{\"op\":\"linear\",\"isa\":\"%s\",\"format\":\"%s\",\"m\":%lld,\"n\":%lld,"
        "\"k\":%lld,\"threads\":%d,\"gmac_s\":%.1f,\"gmac_s_median\":%.1f,"
        "\"weight_gb_s\":%.1f,\"packed_bits\":%.3f}\n",
        std::string(bench.variant.name).c_str(), std::string(info(format).name).c_str(),
        static_cast<long long>(m), static_cast<long long>(o.n), static_cast<long long>(o.k),
        bench.pool.threads(), macs / times.front() / 1e9, macs / times[times.size() / 2] / 1e9,
        weight_bytes / times.front() / 1e9,
        weight_bytes * 8 / (static_cast<double>(o.n * o.k) * passes));
    std::fflush(stdout);
  }
  return {};
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out(1);
  for (const char c : list) {
    if (c == ',') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

Result<Options> parse(int argc, char** argv) {
  Options o;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    const std::string value = argv[i + 1];
    if (option == "--isa") {
      o.isa = value;
    } else if (option == "--format") {
      for (const std::string& name : split(value)) {
        const FormatInfo* format = find_format(name);
        if (format == nullptr) return Error{Code::kInvalidArgument, "no format " + name};
        o.formats.push_back(format->format);
      }
    } else if (option == "-m") {
      o.m.clear();
      for (const std::string& m : split(value)) o.m.push_back(std::atoll(m.c_str()));
    } else if (option == "-n") {
      o.n = std::atoll(value.c_str());
    } else if (option == "-k") {
      o.k = std::atoll(value.c_str());
    } else if (option == "-t") {
      o.threads = std::atoi(value.c_str());
    } else if (option == "--bytes") {
      o.bytes = static_cast<size_t>(std::atoll(value.c_str()));
    } else if (option == "--clock") {
      o.clock = value == "cpu" ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    } else if (option == "--seconds") {
      o.seconds = std::atof(value.c_str());
    } else {
      return Error{Code::kInvalidArgument, "unknown option " + option};
    }
  }
  const bool positive = std::all_of(o.m.begin(), o.m.end(), [](int64_t m) { return m > 0; });
  if (argc % 2 == 0 || !positive || o.n <= 0 || o.k <= 0 || o.threads <= 0) {
    return Error{Code::kInvalidArgument, "options take positive numbers"};
  }
  if (o.formats.empty()) o.formats.assign(weight_formats().begin(), weight_formats().end());
  return o;
}

Result<void> run(int argc, char** argv) {
  REALM_ASSIGN(const Options options, parse(argc, argv));
  REALM_ASSIGN(const cpu::Variant variant, cpu::choose_variant(options.isa));
  const cpu::LinearKernels* kernels = cpu::find_linear_kernels(variant.name);
  if (kernels == nullptr) return Error{Code::kInternal, "no matmul kernels"};
  Bench bench{options, variant, *kernels, ThreadPool(options.threads), {}};
  for (const Format format : options.formats) REALM_TRY(measure(bench, format));
  return {};
}

}  // namespace
}  // namespace realm

int main(int argc, char** argv) {
  if (auto ok = realm::run(argc, argv); !ok) {
    std::fprintf(stderr, "linear_bench: %s\n", ok.error().message.c_str());
    return 1;
  }
  return 0;
}
