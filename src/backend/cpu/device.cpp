#include "backend/cpu/device.hpp"

#include <cstdlib>
#include <fstream>

#include "backend/cpu/ops/ops.hpp"
#include "backend/cpu/stream.hpp"
#include "backend/cpu/weight_memory.hpp"
#include "backend/host_memory.hpp"
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

template <class Op>
Result<void> kernel(Stream& stream, const Op& op) {
  return static_cast<CpuStream&>(stream).with_context([&op](const OpContext& context) {
    if constexpr (requires { run(context.linear(), op); }) {
      return run(context.linear(), op);
    } else {
      return run(context, op);
    }
  });
}

class CpuDevice final : public Device {
 public:
  CpuDevice(const Variant& variant, const LinearKernels& linear_kernels, int threads, bool precise)
      : engine_{*variant.kernels, linear_kernels, ThreadPool(threads),
                precise ? Activations::kInt16Block32 : Activations::kInt8Block32} {
    info_.name = "cpu";
    info_.description = describe(variant, threads, precise);
    info_.variant = variant.name;
    info_.memory_bytes = host_memory_bytes();
    info_.activations = engine_.activations;
    // Half floats of keys and values alone cost more than all that 16-bit activations leave.
    if (precise) info_.cache_format = Format::kF32;
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
    Weight weight;
    auto buffer = allocate(*size, BufferUse::kWeights);
    if (!buffer) return in_weight(std::move(buffer).error());
    weight.buffer = std::move(*buffer);
    weight.view = TensorView{.buffer = weight.buffer.get(),
                             .shape = Shape{spec.rows, spec.cols},
                             .format = spec.format,
                             .packing = Packing::kDevice};
    const std::lock_guard lock(engine_.pool_mutex);
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
    if (packed.packing != Packing::kDevice || first < 0 || count < 0 || first > packed.rows() ||
        count > packed.rows() - first || out.size() != static_cast<uint64_t>(count) * row) {
      return Error{Code::kInvalidArgument, str("unpack: rows ", first, "+", count, " of ",
                                               to_string(packed), " in ", out.size(), " bytes")};
    }
    unpack_rows(engine_.linear_kernels, packed, first, count, out.data());
    return {};
  }

 private:
  DeviceInfo info_;
  KernelTable kernels_;
  Engine engine_;
  WeightMemory weights_;
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
  const int threads = options.threads > 0 ? options.threads : usable_threads();
  return std::unique_ptr<Device>(
      std::make_unique<cpu::CpuDevice>(variant, *linear, threads, options.precise));
}

Result<std::string> describe_cpu_device(const DeviceOptions& options) {
  REALM_ASSIGN(const cpu::Variant variant, cpu::variant_of(options.cpu_isa));
  const int threads = options.threads > 0 ? options.threads : usable_threads();
  return cpu::describe(variant, threads, options.precise);
}

}  // namespace realm
