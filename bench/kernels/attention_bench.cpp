// attention_bench: speed of the cpu backend's attention, one JSON line per (cache format, rows).
//
//   attention_bench [--isa NAME] [--kv FORMAT[,...]] [-m ROWS[,...]] [--depth N] [--heads N]
//                   [--kv-heads N] [--head-dim N] [--layers N] [--window N] [-t THREADS]
//                   [--seconds S] [--clock wall|cpu]
// Rows are the tokens of one sequence behind `depth` others. A run is one attention of each layer,
// and every layer has pages of its own, as in a model: with more of them than caches hold, keys and
// values come from memory. Times are the smallest and the median of the runs. macs counts what the
// rows see, queries times keys and weights times values; kv_bytes the keys and values that some row
// sees, once. On a machine that others use, --clock cpu counts what this thread ran (-t 1 only).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "backend/registry.hpp"
#include "base/str.hpp"
#include "ops/cases/rng.hpp"
#include "ops/op_list.hpp"

namespace realm {
namespace {

double now(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Options {
  std::string isa;
  std::vector<Format> formats = {Format::kF32, Format::kF16, Format::kBF16, Format::kQ8_0,
                                 Format::kQ4_0};
  std::vector<int32_t> rows = {1, 8, 512};
  int32_t depth = 4096;
  int32_t heads = 32;
  int32_t kv_heads = 8;
  int32_t head_dim = 64;
  int32_t layers = 4;
  int32_t window = 0;
  int threads = 1;
  double seconds = 0.5;
  clockid_t clock = CLOCK_MONOTONIC;
};

constexpr int32_t kPageTokens = 64;

class Bench {
 public:
  static Result<void> run(const Options& options, Format format) {
    Bench bench(options);
    REALM_ASSIGN(bench.device_,
                 open_device("cpu", {.threads = options.threads, .cpu_isa = options.isa}, {}));
    REALM_ASSIGN(bench.stream_, bench.device_->stream());
    REALM_TRY(bench.fill(format));
    for (const int32_t rows : options.rows) REALM_TRY(bench.measure(format, rows));
    return {};
  }

 private:
  explicit Bench(const Options& options) : o_(options) {}

  Result<TensorView> allocate(Format format, Shape shape) {
    const auto row = row_bytes(format, static_cast<uint64_t>(shape.cols())).value_or(0);
    REALM_ASSIGN(auto buffer,
                 device_->allocate(row * static_cast<size_t>(shape.rows()), BufferUse::kCache));
    buffers_.push_back(std::move(buffer));
    return view_rows(buffers_.back().get(), format, shape);
  }

  Result<BatchView> batch(int32_t first, int32_t rows) {
    BatchView out;
    REALM_ASSIGN(out.positions, allocate(Format::kI32, Shape{rows}));
    REALM_ASSIGN(out.sequences, allocate(Format::kI32, Shape{rows}));
    for (int32_t i = 0; i < rows; ++i) {
      out.positions.row<int32_t>(0)[i] = first + i;
      out.sequences.row<int32_t>(0)[i] = 0;
    }
    out.block_tables = table_;
    return out;
  }

  Result<TensorView> random(int32_t rows, int32_t cols) {
    REALM_ASSIGN(const TensorView out, allocate(Format::kF32, Shape{rows, cols}));
    for (int64_t i = 0; i < out.shape.elems(); ++i) {
      out.row<float>(0)[i] = static_cast<float>(rng_.gaussian());
    }
    return out;
  }

  // Pages of all layers side by side, as the model's cache has them.
  Result<void> fill(Format format) {
    const int32_t tokens = o_.depth + *std::max_element(o_.rows.begin(), o_.rows.end());
    const int32_t pages = (tokens + kPageTokens - 1) / kPageTokens;
    const int32_t width = o_.kv_heads * o_.head_dim;
    REALM_ASSIGN(table_, allocate(Format::kI32, Shape{1, pages}));
    for (int32_t p = 0; p < pages; ++p) table_.row<int32_t>(0)[p] = p;
    const Shape part{pages, int64_t{width} * kPageTokens};
    const auto row = row_bytes(format, static_cast<uint64_t>(part.cols()));
    if (!row) return Error{Code::kInvalidArgument, "heads are not whole blocks"};
    REALM_ASSIGN(TensorView all, allocate(format, Shape{pages * 2 * o_.layers, part.cols()}));
    for (int32_t l = 0; l < o_.layers; ++l) {
      TensorView k = all;
      k.shape = part;
      k.row_stride_bytes = *row * 2 * static_cast<size_t>(o_.layers);
      k.offset_bytes = *row * 2 * static_cast<size_t>(l);
      TensorView v = k;
      v.offset_bytes += *row;
      caches_.push_back({k, v, o_.kv_heads, o_.head_dim, kPageTokens});
    }
    const int32_t step = std::min(tokens, 512);
    REALM_ASSIGN(const TensorView k, random(step, width));
    REALM_ASSIGN(const TensorView v, random(step, width));
    for (int32_t at = 0; at < tokens; at += step) {
      const int32_t rows = std::min(step, tokens - at);
      REALM_ASSIGN(const BatchView where, batch(at, rows));
      for (const KvLayer& cache : caches_) {
        stream_->run(KvWrite{k.slice_rows(0, rows), v.slice_rows(0, rows), where, cache});
      }
    }
    return stream_->sync();
  }

  // Tokens that some row sees, and the sum over rows.
  void count_seen(int32_t rows, double& some, double& all) const {
    const int32_t window = o_.window == 0 ? INT32_MAX : o_.window;
    all = 0;
    for (int32_t i = 0; i < rows; ++i) all += std::min(window, o_.depth + i + 1);
    some = std::min<double>(o_.depth + rows, static_cast<double>(window) + rows - 1);
  }

  Result<void> measure(Format format, int32_t rows) {
    REALM_ASSIGN(const TensorView q, random(rows, o_.heads * o_.head_dim));
    REALM_ASSIGN(const TensorView out, random(rows, o_.heads * o_.head_dim));
    REALM_ASSIGN(const BatchView where, batch(o_.depth, rows));
    const auto pass = [&] {
      for (const KvLayer& cache : caches_) {
        stream_->run(Attention{.q = q,
                               .batch = where,
                               .cache = cache,
                               .out = out,
                               .scale = 1 / std::sqrt(static_cast<float>(o_.head_dim)),
                               .window = o_.window});
      }
      return stream_->sync();
    };
    REALM_TRY(pass());
    std::vector<double> times;
    double total = 0;
    while (times.size() < 3 || total < o_.seconds) {
      const double start = now(o_.clock);
      REALM_TRY(pass());
      times.push_back((now(o_.clock) - start) / o_.layers);
      total += times.back() * o_.layers;
    }
    std::sort(times.begin(), times.end());
    double some = 0;
    double all = 0;
    count_seen(rows, some, all);
    const double macs = 2 * all * o_.heads * o_.head_dim;
    const auto kv_row = row_bytes(format, static_cast<uint64_t>(o_.kv_heads * o_.head_dim));
    const double kv_bytes = 2 * some * static_cast<double>(kv_row.value_or(0));
    std::printf(
        "{\"device\":\"%s\",\"kv\":\"%s\",\"rows\":%d,\"depth\":%d,\"heads\":\"%d/%d x %d\","
        "\"window\":%d,\"seconds\":%.3e,\"median_seconds\":%.3e,\"gmacs\":%.2f,"
        "\"kv_gb_per_s\":%.2f}\n",
        device_->info().description.c_str(), std::string(info(format).name).c_str(), rows, o_.depth,
        o_.heads, o_.kv_heads, o_.head_dim, o_.window, times.front(), times[times.size() / 2],
        macs / times.front() * 1e-9, kv_bytes / times.front() * 1e-9);
    return {};
  }

  const Options& o_;
  Rng rng_{7};
  std::unique_ptr<Device> device_;
  std::unique_ptr<Stream> stream_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::vector<KvLayer> caches_;
  TensorView table_;
};

Result<Options> parse(int argc, char** argv) {
  Options o;
  const auto bad = [](const std::string& what) { return Error{Code::kInvalidArgument, what}; };
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 >= argc) return bad(name + " lacks its value");
    const std::string value = argv[i + 1];
    const auto number = [&] { return static_cast<int32_t>(std::atoi(value.c_str())); };
    std::vector<std::string> words(1);
    for (const char c : value) {
      if (c == ',') {
        words.emplace_back();
      } else {
        words.back() += c;
      }
    }
    if (name == "--isa") {
      o.isa = value;
    } else if (name == "--kv") {
      o.formats.clear();
      for (const std::string& word : words) {
        const FormatInfo* format = find_format(word);
        if (format == nullptr) return bad("no format called " + word);
        o.formats.push_back(format->format);
      }
    } else if (name == "-m") {
      o.rows.clear();
      for (const std::string& word : words) o.rows.push_back(std::atoi(word.c_str()));
    } else if (name == "--depth") {
      o.depth = number();
    } else if (name == "--heads") {
      o.heads = number();
    } else if (name == "--kv-heads") {
      o.kv_heads = number();
    } else if (name == "--head-dim") {
      o.head_dim = number();
    } else if (name == "--layers") {
      o.layers = number();
    } else if (name == "--window") {
      o.window = number();
    } else if (name == "-t") {
      o.threads = number();
    } else if (name == "--seconds") {
      o.seconds = std::atof(value.c_str());
    } else if (name == "--clock" && (value == "wall" || value == "cpu")) {
      o.clock = value == "cpu" ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
    } else {
      return bad("unknown: " + name + " " + value);
    }
  }
  if (*std::min_element(o.rows.begin(), o.rows.end()) < 1 || o.depth < 0 || o.kv_heads < 1 ||
      o.head_dim < 1 || o.layers < 1 || o.heads % o.kv_heads != 0 || o.window < 0) {
    return bad("sizes must be positive, heads a multiple of key-value heads");
  }
  if (o.clock == CLOCK_THREAD_CPUTIME_ID && o.threads != 1)
    return bad("--clock cpu goes with -t 1");
  return o;
}

Result<void> run(int argc, char** argv) {
  REALM_ASSIGN(const Options options, parse(argc, argv));
  for (const Format format : options.formats) REALM_TRY(Bench::run(options, format));
  return {};
}

}  // namespace
}  // namespace realm

int main(int argc, char** argv) {
  if (auto ok = realm::run(argc, argv); !ok) {
    std::fprintf(stderr, "attention_bench: %s\n", ok.error().message.c_str());
    return 1;
  }
  return 0;
}
