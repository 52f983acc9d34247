#include "backend/cpu/device.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "backend/cpu/linear/kernel_table.hpp"
#include "backend/cpu/ops/ops.hpp"
#include "backend/cpu/stream.hpp"
#include "backend/cpu/threads.hpp"
#include "backend/cpu/weight_memory.hpp"
#include "backend/host_memory.hpp"
#include "backend/huge_pages.hpp"
#include "base/str.hpp"

namespace realm {
namespace cpu {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
#if defined(__aarch64__)
  return "64-bit Arm";
#else
  return "unknown processor";
#endif
}

std::string describe(const Variant& variant, int threads, bool precise) {
  return str(processor_name(), ", ", variant.name, ", ", threads,
             threads == 1 ? " thread" : " threads", precise ? ", 16-bit activations" : "");
}

Result<Variant> variant_of(const std::string& isa) {
  if (!isa.empty()) return choose_variant(isa);
  const char* forced = std::getenv("REALM_CPU_ISA");
  if (forced == nullptr || *forced == '\0') return choose_variant("");
  auto variant = choose_variant(forced);
  if (!variant) return std::move(variant).error().in("REALM_CPU_ISA");
  return variant;
}

// Rows that an op computes: the most that a tensor has which is no weight and no cache.
struct RowCount {
  int64_t rows = 0;
  void operator()(const char*, Role role, const TensorView& view) {
    if (role != Role::kWeight && view) rows = std::max(rows, view.rows());
  }
  void operator()(const char*, const KvLayer&) {}
};
template <class Op>
int64_t rows_of(const Op& op) {
  RowCount count;
  Op::tensors(op, count);
  return count.rows;
}

template <class Op>
Result<void> kernel(Stream& stream, const Op& op) {
  return static_cast<CpuStream&>(stream).with_context(rows_of(op), [&op](const OpContext& context) {
    if constexpr (requires { run(context.linear(), op); }) {
      return run(context.linear(), op);
    } else {
      return run(context, op);
    }
  });
}

// Somebody else's memory, which is only read.
class AdoptedBuffer final : public Buffer {
 public:
  AdoptedBuffer(Device* device, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
      : Buffer(device, const_cast<std::byte*>(bytes.data()), bytes.size()),
        owner_(std::move(owner)) {}

 private:
  std::shared_ptr<const void> owner_;
};

class CpuDevice final : public Device {
 public:
  CpuDevice(const Variant& variant, const LinearKernels& linear_kernels,
            const DeviceOptions& options, const ThreadPoolOptions& threads,
            std::shared_ptr<const Blas> blas)
      : engine_{options.precise ? *variant.float_kernels : *variant.kernels,
                linear_kernels,
                ThreadPool(threads),
                first_decode_threads(options, threads.threads),
                options.precise ? Activations::kInt16Block32 : Activations::kInt8Block32,
                std::move(blas)},
        tunes_(options.decode_threads <= 0) {
    info_.name = "cpu";
    info_.description = describe(variant, threads.threads, options.precise);
    info_.variant = variant.name;
    info_.memory_bytes = host_memory_bytes();
    info_.activations = engine_.activations;
    // Half floats of keys and values alone cost more than all that 16-bit activations leave.
    if (options.precise) info_.cache_format = Format::kF32;
    info_.attention = options.precise ? AttentionMath::kFloat : variant.attention();
    if (engine_.blas != nullptr) {
      info_.blas = engine_.blas->name();
      info_.same_bits = false;
      info_.description += str(", ", info_.blas, " for F32 weights");
    }
    OpList::for_each([this]<class Op>() { kernels_.set<Op>(&kernel<Op>); });
  }

  const DeviceInfo& info() const override { return info_; }
  const KernelTable& kernels() const override { return kernels_; }

  Result<std::unique_ptr<Buffer>> allocate(size_t size_bytes, BufferUse use) override {
    if (use == BufferUse::kWeights) return weights_.allocate(this, size_bytes);
    return allocate_host(this, size_bytes);
  }
  Result<std::unique_ptr<Stream>> stream() override {
    return std::unique_ptr<Stream>(std::make_unique<CpuStream>(*this, engine_));
  }

  Result<void> supports_weight(Format format) const override {
    const auto block = static_cast<int64_t>(realm::info(format).block_elems);
    if (auto bytes = packed_bytes(engine_.linear_kernels, format, 1, block); !bytes) {
      return std::move(bytes).error();
    }
    return {};
  }

  Result<Weight> pack(const WeightSpec& spec, const RowReader& read) override {
    const auto in_weight = [&](Error error) { return std::move(error).in(spec.name); };
    auto size = packed_bytes(engine_.linear_kernels, spec.format, spec.rows, spec.cols);
    if (!size) return in_weight(std::move(size).error());
    if (lies_in_rows(spec.format)) return read_rows(spec, read);
    Weight weight;
    auto buffer = allocate(*size, BufferUse::kWeights);
    if (!buffer) return in_weight(std::move(buffer).error());
    weight.buffer = std::move(*buffer);
    weight.view = TensorView{.buffer = weight.buffer.get(),
                             .shape = Shape{spec.rows, spec.cols},
                             .format = spec.format,
                             .packing = Packing::kDevice};
    const std::lock_guard lock(engine_.pool_mutex);
    engine_.pool.use(engine_.pool.threads());
    if (auto ok = pack_weight(engine_.linear_kernels, engine_.pool, spec, read,
                              static_cast<std::byte*>(weight.buffer->address()));
        !ok) {
      return in_weight(std::move(ok).error());
    }
    return weight;
  }

  Result<void> unpack(const TensorView& packed, int64_t first, int64_t count,
                      std::span<std::byte> out) override {
    const auto row = row_bytes(packed.format, static_cast<uint64_t>(packed.cols())).value_or(0);
    if (first < 0 || count < 0 || first > packed.rows() || count > packed.rows() - first ||
        out.size() != static_cast<uint64_t>(count) * row) {
      return Error{Code::kInvalidArgument, str("unpack: rows ", first, "+", count, " of ",
                                               to_string(packed), " in ", out.size(), " bytes")};
    }
    if (packed.packing == Packing::kRows) {  // adopted
      for (int64_t r = 0; r < count; ++r) {
        std::memcpy(out.data() + static_cast<size_t>(r) * row,
                    packed.row<const std::byte>(first + r), static_cast<size_t>(row));
      }
      return {};
    }
    unpack_rows(engine_.linear_kernels, packed, first, count, out.data());
    return {};
  }

  // kPacked is the version of packed.hpp's picture: whoever changes that raises it.
  std::string packing_id() const override {
    constexpr int kPacked = 2;
    if (engine_.blas != nullptr) return {};  // F32 weights lie in rows: nobody else's packing
    const LinearKernels& kernels = engine_.linear_kernels;
    return str("cpu ", kPacked, " ", kernels.tile_rows, kernels.offset_bytes ? " offset" : "");
  }
  Result<size_t> packed_size(const WeightSpec& spec) const override {
    auto size = packed_bytes(engine_.linear_kernels, spec.format, spec.rows, spec.cols);
    if (!size) return std::move(size).error().in(spec.name);
    return size;
  }
  Result<Weight> adopt(const WeightSpec& spec, Packing packing, std::span<const std::byte> bytes,
                       std::shared_ptr<const void> owner) override {
    REALM_ASSIGN(const size_t packed, packed_size(spec));
    const auto row = row_bytes(spec.format, static_cast<uint64_t>(spec.cols)).value_or(0);
    const bool rows = packing == Packing::kRows;
    const size_t size = rows ? static_cast<size_t>(row) * static_cast<size_t>(spec.rows) : packed;
    if (bytes.size() != size) {
      return Error{Code::kInvalidArgument,
                   str(spec.name, ": ", bytes.size(), " bytes, expected ", size)};
    }
    Weight weight;
    weight.buffer = std::make_unique<AdoptedBuffer>(this, bytes, std::move(owner));
    weight.view = TensorView{.buffer = weight.buffer.get(),
                             .shape = Shape{spec.rows, spec.cols},
                             .row_stride_bytes = rows ? static_cast<size_t>(row) : 0,
                             .format = spec.format,
                             .packing = packing};
    return weight;
  }

  Result<void> tune_decode(const std::function<Result<void>()>& step, const LogSink& log) override {
    if (!tunes_) return {};
    const int most = engine_.pool.threads();
    REALM_ASSIGN(const std::vector<DecodeTrial> trials,
                 try_decode_threads(most, [&](int threads) -> Result<double> {
                   engine_.decode_threads = threads;
                   const auto start = std::chrono::steady_clock::now();
                   REALM_TRY(step());
                   const std::chrono::duration<double> time =
                       std::chrono::steady_clock::now() - start;
                   return time.count();
                 }));
    engine_.decode_threads = trials.front().threads;
    if (log) log(LogLevel::kDebug, to_string(trials, most));
    return {};
  }

 private:
  /// A BLAS wants rows as they are.
  bool lies_in_rows(Format format) const {
    return engine_.blas != nullptr && format == Format::kF32;
  }

  Result<Weight> read_rows(const WeightSpec& spec, const RowReader& read) {
    const auto in_weight = [&](Error error) { return std::move(error).in(spec.name); };
    const size_t bytes =
        static_cast<size_t>(spec.rows) * static_cast<size_t>(spec.cols) * sizeof(float);
    Weight weight;
    auto buffer = allocate(bytes, BufferUse::kWeights);
    if (!buffer) return in_weight(std::move(buffer).error());
    weight.buffer = std::move(*buffer);
    weight.view = view_rows(weight.buffer.get(), spec.format, Shape{spec.rows, spec.cols});
    if (auto ok = read(0, spec.rows, {static_cast<std::byte*>(weight.buffer->address()), bytes});
        !ok) {
      return in_weight(std::move(ok).error());
    }
    return weight;
  }

  DeviceInfo info_;
  KernelTable kernels_;
  Engine engine_;
  WeightMemory weights_;
  const bool tunes_;
};

}  // namespace

void CpuStream::upload(const TensorView& to, std::span<const std::byte> bytes) {
  if (failed()) return;
  if (auto ok = copy_in(to, bytes); !ok) fail(std::move(ok).error());
}

void CpuStream::download(const TensorView& from, std::span<std::byte> bytes) {
  if (failed()) return;
  if (auto ok = copy_out(from, bytes); !ok) fail(std::move(ok).error());
}

}  // namespace cpu

Result<std::unique_ptr<Device>> make_cpu_device(const DeviceOptions& options) {
  REALM_ASSIGN(const cpu::Variant variant, cpu::variant_of(options.cpu_isa));
  const cpu::LinearKernels* linear = cpu::find_linear_kernels(variant.name);
  if (linear == nullptr) {
    return Error{Code::kInternal, str("no matmul kernels for ", variant.name)};
  }
  const ThreadPoolOptions threads = cpu::pool_options(read_machine(), options);
  std::shared_ptr<const cpu::Blas> blas;
  if (!options.blas.empty()) {
    REALM_ASSIGN(blas, cpu::Blas::load(options.blas, threads.threads));
  }
  return std::unique_ptr<Device>(
      std::make_unique<cpu::CpuDevice>(variant, *linear, options, threads, std::move(blas)));
}

Result<std::string> describe_cpu_device(const DeviceOptions& options) {
  REALM_ASSIGN(const cpu::Variant variant, cpu::variant_of(options.cpu_isa));
  return cpu::describe(variant, cpu::pool_options(read_machine(), options).threads,
                       options.precise);
}

std::vector<std::string> cpu_device_details(const DeviceOptions& options) {
  std::vector<std::string> lines = cpu::describe_machine(read_machine(), options);
  lines.push_back(huge_pages_are_given() ? "huge pages are given for weights"
                                         : "huge pages are not given: weights are read slower");
  return lines;
}

}  // namespace realm
