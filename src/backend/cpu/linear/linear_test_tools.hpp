// What the tests of this folder share: the kernels that this machine can run, packed weights of
// random bytes.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "backend/cpu/isa.hpp"
#include "backend/cpu/linear/kernel_table.hpp"
#include "backend/cpu/linear/linear.hpp"
#include "ops/cases/random_weight.hpp"

namespace realm::cpu {

class BytesBuffer final : public Buffer {
 public:
  explicit BytesBuffer(std::vector<std::byte>& bytes)
      : Buffer(nullptr, bytes.data(), bytes.size()) {}
};

/// Rows as in a file, and the same packed between guard bytes.
class PackedWeight {
 public:
  static constexpr size_t kGuard = 64;
  static constexpr std::byte kGuardByte{0xa5};

  /// Random bytes in every field, scales too where `finite` is false.
  PackedWeight(const LinearKernels& kernels, ThreadPool& pool, Format format, int64_t rows,
               int64_t cols, uint64_t seed, bool finite = true)
      : PackedWeight(kernels, pool, format, rows, cols,
                     random_bytes(format, rows, cols, seed, finite)) {}
  /// These rows.
  PackedWeight(const LinearKernels& kernels, ThreadPool& pool, Format format, int64_t rows,
               int64_t cols, std::vector<std::byte> bytes)
      : row_bytes_(bytes.size() / static_cast<size_t>(rows)), rows_(std::move(bytes)) {
    size_bytes_ = packed_bytes(kernels, format, rows, cols).value();
    packed_.assign(size_bytes_ + 2 * kGuard + 64, kGuardByte);
    const auto address = reinterpret_cast<uintptr_t>(packed_.data()) + kGuard;
    start_ = (address + 63) / 64 * 64 - reinterpret_cast<uintptr_t>(packed_.data());
    const WeightSpec spec{.name = "w", .format = format, .rows = rows, .cols = cols};
    const RowReader read = [this](int64_t first, int64_t count,
                                  std::span<std::byte> out) -> Result<void> {
      EXPECT_EQ(out.size(), static_cast<size_t>(count) * row_bytes_);
      std::memcpy(out.data(), row(first), out.size());
      return {};
    };
    const auto packed = pack_weight(kernels, pool, spec, read, packed_.data() + start_);
    EXPECT_TRUE(packed.has_value());
    buffer_ = std::make_unique<BytesBuffer>(packed_);
    view_ = TensorView{.buffer = buffer_.get(),
                       .offset_bytes = start_,
                       .shape = Shape{rows, cols},
                       .format = format,
                       .packing = Packing::kDevice};
  }

  const TensorView& view() const { return view_; }
  const std::byte* row(int64_t r) const {
    return rows_.data() + static_cast<size_t>(r) * row_bytes_;
  }
  const std::vector<std::byte>& rows() const { return rows_; }
  size_t packed_size() const { return size_bytes_; }
  bool guards_untouched() const {
    for (size_t i = 0; i < packed_.size(); ++i) {
      if ((i < start_ || i >= start_ + size_bytes_) && packed_[i] != kGuardByte) return false;
    }
    return true;
  }

 private:
  static std::vector<std::byte> random_bytes(Format format, int64_t rows, int64_t cols,
                                             uint64_t seed, bool finite) {
    const auto row = static_cast<size_t>(*row_bytes(format, static_cast<uint64_t>(cols)));
    std::vector<std::byte> bytes(row * static_cast<size_t>(rows));
    Rng rng(seed);
    if (finite) {
      fill_random_weight(rng, format, bytes);
    } else {
      for (std::byte& b : bytes) b = static_cast<std::byte>(rng.next() >> 56);
    }
    return bytes;
  }

  size_t row_bytes_;
  std::vector<std::byte> rows_;
  std::vector<std::byte> packed_;
  size_t size_bytes_ = 0;
  size_t start_ = 0;
  std::unique_ptr<Buffer> buffer_;
  TensorView view_;
};

/// One test for each instruction set of this build; those that the machine lacks are skipped.
class LinearTest : public testing::TestWithParam<size_t> {
 protected:
  void SetUp() override {
    const Variant& variant = variants()[GetParam()];
    if (!variant.present) {
      GTEST_SKIP() << "this machine lacks " << std::string(variant.missing);
    }
    rows_ = variant.kernels;
    kernels_ = find_linear_kernels(variant.name);
    ASSERT_NE(kernels_, nullptr);
    RecordProperty("seed", std::to_string(kSeed));
  }
  LinearContext context(ThreadPool& pool) {
    return {*kernels_, *rows_, pool, scratch_, activations_};
  }
  /// Calls f() once for each way of rounding, which context() then has.
  template <class F>
  void for_each_rounding(F&& f) {
    for (const auto activations : {Activations::kInt8Block32, Activations::kInt16Block32}) {
      activations_ = activations;
      SCOPED_TRACE(activations == Activations::kInt8Block32 ? "int8" : "int16");
      f();
    }
  }

  static constexpr uint64_t kSeed = 20261124;
  const Kernels* rows_ = nullptr;
  const LinearKernels* kernels_ = nullptr;
  LinearScratch scratch_;
  Activations activations_ = Activations::kInt8Block32;
};

inline std::string variant_name(const testing::TestParamInfo<size_t>& info) {
  return std::string(variants()[info.param].name);
}

}  // namespace realm::cpu
