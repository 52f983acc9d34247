// The calls of realm/quantize.hpp: open, plan, then all threads over all stretches of all tensors.
#include "realm/quantize.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/str.hpp"
#include "base/thread_pool.hpp"
#include "gguf/split.hpp"
#include "gguf/writer.hpp"
#include "quantize/convert.hpp"
#include "quantize/plan.hpp"

namespace realm {
namespace quantization {
namespace {

constexpr const char* kFileTypeKey = "general.file_type";
constexpr const char* kVersionKey = "general.quantization_version";
constexpr const char* kGgufAlignmentKey = "general.alignment";
constexpr uint32_t kVersion = 2;  // of the layout of blocks: the one in use since 2023

// The disk reads ahead of the threads by so much.
constexpr uint64_t kPrefetchBytes = uint64_t{16} << 20;

Result<const Type*> type_called(const std::string& name) {
  if (const Type* type = find_type(name)) return type;
  std::string all;
  for (const QuantizeType& type : quantize_types()) {
    all += str(all.empty() ? "" : ", ", type.name);
  }
  return Error{Code::kInvalidArgument, str("no type \"", name, "\"; there are ", all)};
}

bool is_split_key(const std::string& key) {
  return key == gguf::kSplitNoKey || key == gguf::kSplitCountKey || key == gguf::kSplitTensorsKey;
}

// The keys stay in their order; the two that tell of formats get new values in their places.
Result<void> write_metadata(const gguf::File& file, const Type& type, gguf::Writer& writer) {
  bool has_type = false, has_version = false;
  for (const auto& entry : file.metadata().entries()) {
    if (entry.key == kGgufAlignmentKey || is_split_key(entry.key)) continue;
    if (entry.key == kFileTypeKey) {
      has_type = true;
      if (type.file_type) REALM_TRY(writer.set(entry.key, *type.file_type));
    } else if (entry.key == kVersionKey) {
      has_version = true;
      REALM_TRY(writer.set(entry.key, kVersion));
    } else {
      REALM_TRY(writer.set(entry.key, entry.value));
    }
  }
  if (!has_type && type.file_type) REALM_TRY(writer.set(kFileTypeKey, *type.file_type));
  if (!has_version) REALM_TRY(writer.set(kVersionKey, kVersion));
  return {};
}

// Where `out` is, there may be no file yet, or one that may be replaced and is not read meanwhile.
Result<void> check_output(const std::string& in, const std::string& out, const gguf::File& file,
                          bool replace) {
  struct stat there {};
  if (stat(out.c_str(), &there) != 0) return {};
  if (!S_ISREG(there.st_mode)) {
    return Error{Code::kInvalidArgument, str(out, ": is there, and is no file")};
  }
  if (!replace) return Error{Code::kInvalidArgument, str(out, ": is there already")};
  for (int part = 0; file.parts() > 1 && part < file.parts(); ++part) {
    const std::string path =
        gguf::part_path(in, static_cast<uint32_t>(part), static_cast<uint32_t>(file.parts()));
    struct stat source {};
    if (stat(path.c_str(), &source) == 0 && source.st_dev == there.st_dev &&
        source.st_ino == there.st_ino) {
      return Error{Code::kInvalidArgument, str(out, ": is a part of the model that is read")};
    }
  }
  return {};
}

// All stretches of all tensors, numbered.
class Stretches {
 public:
  explicit Stretches(const gguf::File& file) : file_(file) {
    for (const gguf::TensorInfo& tensor : file.tensors()) {
      firsts_.push_back(count_);
      count_ += static_cast<int64_t>((elems(tensor) + kStretchElems - 1) / kStretchElems);
    }
  }
  int64_t count() const { return count_; }
  Stretch operator[](int64_t number) const {
    const auto next = std::upper_bound(firsts_.begin(), firsts_.end(), number);
    Stretch stretch;
    stretch.tensor = static_cast<size_t>(next - firsts_.begin()) - 1;
    stretch.first = static_cast<uint64_t>(number - firsts_[stretch.tensor]) * kStretchElems;
    stretch.elems = std::min(kStretchElems, elems(file_.tensors()[stretch.tensor]) - stretch.first);
    return stretch;
  }

 private:
  static uint64_t elems(const gguf::TensorInfo& tensor) {
    return static_cast<uint64_t>(tensor.shape.elems());
  }
  const gguf::File& file_;
  std::vector<int64_t> firsts_;
  int64_t count_ = 0;
};

// What the threads share: the first failure ends them all.
class Work {
 public:
  Work(const gguf::File& file, const QuantizeReport& report, const QuantizeOptions& options,
       gguf::Writer& writer, int threads)
      : file_(file),
        report_(report),
        options_(options),
        writer_(writer),
        buffers_(static_cast<size_t>(threads)) {}

  void convert_one(const Stretch& stretch, int thread) {
    if (stop_.load(std::memory_order_relaxed)) return;
    const gguf::TensorInfo& tensor = file_.tensors()[stretch.tensor];
    prefetch(tensor, stretch);
    const auto done = convert(file_, stretch, report_.tensors[stretch.tensor].to, writer_,
                              buffers_[static_cast<size_t>(thread)]);
    if (!done) return fail(done.error());
    done_bytes_.fetch_add(*row_bytes(tensor.format, stretch.elems), std::memory_order_relaxed);
    if (done_bytes_.load() < report_.bytes_before) show_progress();
  }

  /// After all: the last word on progress, and the first failure.
  Result<void> finish() {
    if (!error_) show_progress();
    if (error_) return *error_;
    return {};
  }

 private:
  void fail(Error error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = std::move(error);
    stop_.store(true);
  }

  // One request for many stretches: whoever begins a new window asks for the next one.
  void prefetch(const gguf::TensorInfo& tensor, const Stretch& stretch) const {
    const uint64_t begin = *row_bytes(tensor.format, stretch.first);
    const uint64_t end = begin + *row_bytes(tensor.format, stretch.elems);
    if (begin != 0 && begin / kPrefetchBytes == end / kPrefetchBytes) return;
    if (end < tensor.size_bytes) {
      file_.prefetch(tensor, end, std::min(2 * kPrefetchBytes, tensor.size_bytes - end));
    }
  }

  void show_progress() {
    if (!options_.progress) return;
    // Whoever finds another thread at it need not wait.
    const std::unique_lock lock(progress_mutex_, std::try_to_lock);
    if (!lock || stop_.load()) return;
    if (!options_.progress({done_bytes_.load(), report_.bytes_before})) {
      fail({Code::kCancelled, "stopped; nothing was written"});
    }
  }

  const gguf::File& file_;
  const QuantizeReport& report_;
  const QuantizeOptions& options_;
  gguf::Writer& writer_;
  std::vector<Buffers> buffers_;
  std::atomic<uint64_t> done_bytes_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_, progress_mutex_;
  std::optional<Error> error_;  // under mutex_
};

Result<void> convert_all(const gguf::File& file, const QuantizeReport& report,
                         const QuantizeOptions& options, gguf::Writer& writer) {
  const Stretches stretches(file);
  Work work(file, report, options, writer, report.threads);
  ThreadPool pool(report.threads);
  constexpr int64_t kLoop = int64_t{1} << 30;  // what the pool takes at most is 2^32
  for (int64_t first = 0; first < stretches.count(); first += kLoop) {
    pool.for_each(std::min(kLoop, stretches.count() - first), [&](int64_t item, int thread) {
      work.convert_one(stretches[first + item], thread);
    });
  }
  return work.finish();
}

Result<gguf::File> open_input(const std::string& in) {
  // No mapping: who changes the file meanwhile causes an error, not the end of the process.
  return gguf::File::open(in, {.access = FileAccess::kRead});
}

}  // namespace
}  // namespace quantization

using namespace quantization;  // NOLINT: this file is its public face

std::vector<QuantizeType> quantize_types() {
  std::vector<QuantizeType> types;
  for (const Type& type : all_types()) {
    const bool mixed = type.output != OutputRule::kAsOthers;
    types.push_back({type.name, type.format, mixed});
  }
  return types;
}

Result<QuantizeReport> plan_quantization(const std::string& in, const QuantizeOptions& options) {
  REALM_ASSIGN(const Type* type, type_called(options.type));
  REALM_ASSIGN(const gguf::File file, open_input(in));
  return plan(file, *type, options.pure);
}

Result<QuantizeReport> quantize(const std::string& in, const std::string& out,
                                const QuantizeOptions& options) {
  REALM_ASSIGN(const Type* type, type_called(options.type));
  REALM_ASSIGN(const gguf::File file, open_input(in));
  REALM_TRY(check_output(in, out, file, options.replace));
  REALM_ASSIGN(QuantizeReport report, plan(file, *type, options.pure));
  report.threads = options.threads > 0 ? options.threads : usable_threads();

  gguf::WriterOptions writer_options;
  REALM_ASSIGN(writer_options.alignment, file.metadata().get_optional<uint32_t>(kGgufAlignmentKey));
  REALM_ASSIGN(gguf::Writer writer, gguf::Writer::create(out, writer_options));
  REALM_TRY(write_metadata(file, *type, writer));
  for (size_t i = 0; i < report.tensors.size(); ++i) {
    const gguf::TensorInfo& tensor = file.tensors()[i];
    REALM_TRY(writer.add_tensor(tensor.name, report.tensors[i].to, tensor.shape));
  }
  REALM_TRY(writer.reserve());
  REALM_TRY(convert_all(file, report, options, writer));
  REALM_TRY(writer.finish());
  report.file_bytes = writer.size_bytes();
  return report;
}

}  // namespace realm
