#include "broken_device.hpp"

#include <bit>
#include <cmath>
#include <cstring>

#include "backend/host_memory.hpp"
#include "backend/reference/device.hpp"
#include "base/half.hpp"
#include "ops/attention/kv_write.hpp"
#include "ops/cases/case.hpp"

namespace realm::conformance {
namespace {

class BrokenStream final : public Stream {
 public:
  BrokenStream(Device& device, Fault fault) : Stream(device), fault_(fault) {}
  void upload(const TensorView& to, std::span<const std::byte> bytes) override {
    if (auto ok = copy_in(to, bytes); !ok) fail(std::move(ok).error());
  }
  void download(const TensorView& from, std::span<std::byte> bytes) override {
    if (failed()) return;
    if (auto ok = copy_out(from, bytes); !ok) fail(std::move(ok).error());
  }
  Result<void> sync() override { return take_error(); }
  void replay(const Plan& plan) override {
    if (fault_ == Fault::kPlanIgnored) return;
    replaying_ = true;
    Stream::replay(plan);
    replaying_ = false;
  }

  Fault fault() const { return fault_; }
  bool replaying() const { return replaying_; }
  std::vector<float>& first_result() { return first_result_; }

 private:
  Fault fault_;
  bool replaying_ = false;
  std::vector<float> first_result_;
};

class BrokenDevice final : public Device {
 public:
  explicit BrokenDevice(Fault fault);
  const DeviceInfo& info() const override { return honest_->info(); }
  const KernelTable& kernels() const override { return kernels_; }
  Result<std::unique_ptr<Buffer>> allocate(size_t size_bytes, BufferUse use) override {
    return honest_->allocate(size_bytes, use);
  }
  Result<std::unique_ptr<Stream>> stream() override {
    return std::unique_ptr<Stream>(std::make_unique<BrokenStream>(*this, fault_));
  }
  Result<void> supports_weight(Format) const override { return {}; }
  Result<Weight> pack(const WeightSpec& spec, const RowReader& read) override {
    REALM_ASSIGN(Weight weight, honest_->pack(spec, read));
    if (fault_ == Fault::kLossyPack) {
      auto* last =
          static_cast<std::byte*>(weight.buffer->address()) + weight.buffer->size_bytes() - 1;
      *last ^= std::byte{1};
    }
    return weight;
  }
  Result<void> unpack(const TensorView& packed, int64_t first, int64_t count,
                      std::span<std::byte> out) override {
    return honest_->unpack(packed, first, count, out);
  }

 private:
  Fault fault_;
  std::unique_ptr<Device> honest_;
  KernelTable kernels_;
};

float* last_element(const TensorView& view) {
  return view.row<float>(view.rows() - 1) + view.cols() - 1;
}

void damage_output(Fault fault, const TensorView& out) {
  float* first = out.row<float>(0);
  switch (fault) {
    case Fault::kRelativeError:
      *last_element(out) += std::fabs(*last_element(out)) / 1024 + 1e-30f;
      break;
    case Fault::kOverrun:
      last_element(out)[1] = 1.0f;
      break;
    case Fault::kGapWritten:
      if (out.row_stride_bytes > static_cast<size_t>(out.cols()) * sizeof(float)) {
        first[out.cols()] = 1.0f;
      }
      break;
    case Fault::kNeighbourBits:
      if (out.rows() > 1) *first = std::bit_cast<float>(std::bit_cast<uint32_t>(*first) ^ 1u);
      break;
    case Fault::kPoisonLost:
      for (int64_t r = 0; r < out.rows(); ++r) {
        for (int64_t c = 0; c < out.cols(); ++c) {
          if (std::isnan(out.row<float>(r)[c])) out.row<float>(r)[c] = 0;
        }
      }
      break;
    default:
      break;
  }
}

// On the pages that the reference has just written.
void damage_cache(Fault fault, const KvWrite& op) {
  const auto* sequences = op.batch.sequences.row<const int32_t>(0);
  const auto* positions = op.batch.positions.row<const int32_t>(0);
  const int64_t row = op.k.rows() - 1;
  if (sequences[row] < 0) return;
  const auto place = cache_place(op.batch, op.cache.block_tokens, sequences[row], positions[row]);
  // An element, or a block's scale and first code.
  const size_t element = op.cache.k.format == Format::kF32 ? 4 : 2;
  const auto elems = static_cast<uint64_t>(place.token) * static_cast<uint64_t>(op.cache.head_dim);
  const size_t at = row_bytes(op.cache.k.format, elems).value_or(0);
  auto* k = op.cache.k.row<std::byte>(place.block) + at;
  auto* v = op.cache.v.row<std::byte>(place.block) + at;
  if (fault == Fault::kForeignPage) {
    const int64_t other = (place.block + 1) % op.cache.n_blocks();
    *op.cache.k.row<std::byte>(other) ^= std::byte{1};
  }
  if (fault == Fault::kRowForgotten) std::memset(k, 0, element);
  if (fault == Fault::kValuesRounded && op.cache.v.format == Format::kF32) {
    float value = 0;
    std::memcpy(&value, v, sizeof value);
    value = bfloat16_to_float(float_to_bfloat16(value));
    std::memcpy(v, &value, sizeof value);
  }
}

template <class Op>
Result<void> broken(Stream& any, const Op& op) {
  auto& stream = static_cast<BrokenStream&>(any);
  const Fault fault = stream.fault();
  const TensorView out = output_of(op);
  float unwritten = 0;
  if (out) unwritten = *last_element(out);
  reference(op, Activations::kFloat);
  if constexpr (std::is_same_v<Op, KvWrite>) {
    damage_cache(fault, op);
    return {};
  } else {
    if (fault == Fault::kLastUnwritten) *last_element(out) = unwritten;
    damage_output(fault, out);
    if (fault == Fault::kInputChanged) {
      bool done = false;
      walk(
          op,
          [&](std::string_view, Role role, const TensorView& view) {
            if (!done && role == Role::kInput && view) *view.row<std::byte>(0) ^= std::byte{1};
            done = true;
          },
          [](std::string_view, const KvLayer&) {});
    }
    if (fault == Fault::kPlanStale) {
      auto& stale = stream.first_result();
      for (size_t r = 0; r < static_cast<size_t>(out.rows()); ++r) {
        auto* row = out.row<float>(static_cast<int64_t>(r));
        const auto cols = static_cast<size_t>(out.cols());
        if (!stream.replaying()) {
          stale.resize((r + 1) * cols);
          std::copy_n(row, cols, stale.begin() + static_cast<std::ptrdiff_t>(r * cols));
        } else if (stale.size() >= (r + 1) * cols) {
          std::copy_n(stale.begin() + static_cast<std::ptrdiff_t>(r * cols), cols, row);
        }
      }
    }
    return {};
  }
}

BrokenDevice::BrokenDevice(Fault fault) : fault_(fault), honest_(make_reference_device()) {
  OpList::for_each([this]<class Op>() { kernels_.set<Op>(&broken<Op>); });
}

}  // namespace

const std::vector<FaultInfo>& faults() {
  static const std::vector<FaultInfo> kFaults = {
      {Fault::kRelativeError, "relative error", ""},
      {Fault::kLastUnwritten, "last element unwritten", ""},
      {Fault::kOverrun, "write after the output", ""},
      {Fault::kGapWritten, "write between strided rows", ""},
      {Fault::kInputChanged, "input changed", ""},
      {Fault::kNeighbourBits, "bits depend on the batch", ""},
      {Fault::kPoisonLost, "NaN lost", "linear"},
      {Fault::kForeignPage, "foreign page written", "kv_write"},
      {Fault::kRowForgotten, "key not written", "kv_write"},
      {Fault::kValuesRounded, "values rounded", "kv_write"},
      {Fault::kLossyPack, "pack loses a bit", "linear"},
      {Fault::kPlanIgnored, "plan ignored", ""},
      {Fault::kPlanStale, "plan stale", ""},
  };
  return kFaults;
}

std::unique_ptr<Device> make_broken_device(Fault fault) {
  return std::make_unique<BrokenDevice>(fault);
}

}  // namespace realm::conformance
