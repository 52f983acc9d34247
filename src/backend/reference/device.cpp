#include "backend/reference/device.hpp"

#include <cstring>

#include "backend/host_memory.hpp"
#include "base/str.hpp"

namespace realm {
namespace {

template <class Op>
Result<void> by_definition(Stream& stream, const Op& op) {
  reference(op, stream.device().info().activations);
  return {};
}

class ReferenceStream final : public Stream {
 public:
  using Stream::Stream;
  void upload(const TensorView& to, std::span<const std::byte> bytes) override {
    if (auto ok = copy_in(to, bytes); !ok) fail(std::move(ok).error());
  }
  void download(const TensorView& from, std::span<std::byte> bytes) override {
    if (failed()) return;
    if (auto ok = copy_out(from, bytes); !ok) fail(std::move(ok).error());
  }
  Result<void> sync() override { return take_error(); }
};

class ReferenceDevice final : public Device {
 public:
  explicit ReferenceDevice(Activations activations) {
    info_.activations = activations;
    info_.name = "reference";
    info_.description = "every op by its definition, double sums, one thread";
    info_.variant = "scalar";
    info_.memory_bytes = host_memory_bytes();
    info_.cache_format = Format::kF32;  // a definition rounds nothing that it need not
    OpList::for_each([this]<class Op>() { kernels_.set<Op>(&by_definition<Op>); });
  }

  const DeviceInfo& info() const override { return info_; }
  const KernelTable& kernels() const override { return kernels_; }

  Result<std::unique_ptr<Buffer>> allocate(size_t size_bytes, BufferUse) override {
    return allocate_host(this, size_bytes);
  }
  Result<std::unique_ptr<Stream>> stream() override {
    return std::unique_ptr<Stream>(std::make_unique<ReferenceStream>(*this));
  }
  Result<void> supports_weight(Format) const override { return {}; }

  Result<Weight> pack(const WeightSpec& spec, const RowReader& read) override {
    const auto row = row_bytes(spec.format, static_cast<uint64_t>(spec.cols));
    if (!row || spec.rows <= 0) {
      return Error{Code::kInvalidArgument,
                   str(spec.name, ": rows of ", spec.cols, " elements are not whole ",
                       info_of(spec.format), " blocks")};
    }
    Weight weight;
    REALM_ASSIGN(weight.buffer,
                 allocate(*row * static_cast<uint64_t>(spec.rows), BufferUse::kWeights));
    weight.view = view_rows(weight.buffer.get(), spec.format, Shape{spec.rows, spec.cols});
    REALM_TRY(
        read(0, spec.rows,
             {static_cast<std::byte*>(weight.buffer->address()), weight.buffer->size_bytes()}));
    return weight;
  }

  Result<void> unpack(const TensorView& packed, int64_t first, int64_t count,
                      std::span<std::byte> out) override {
    return copy_out(packed.slice_rows(first, count), out);
  }

 private:
  static std::string_view info_of(Format format) { return realm::info(format).name; }

  DeviceInfo info_;
  KernelTable kernels_;
};

}  // namespace

std::unique_ptr<Device> make_reference_device(Activations activations) {
  return std::make_unique<ReferenceDevice>(activations);
}

}  // namespace realm
