#include "cli/opbench/workbench.hpp"

#include <algorithm>
#include <cmath>

#include "cli/measure/clock.hpp"
#include "synthetic/random_blocks.hpp"

namespace realm::cli {

Result<Workbench> Workbench::create(Device& device, int32_t repetitions) {
  REALM_ASSIGN(std::unique_ptr<Stream> stream, device.stream());
  return Workbench(device, std::move(stream), repetitions);
}

Result<TensorView> Workbench::memory(Format format, int64_t rows, int64_t cols) {
  const auto row = row_bytes(format, static_cast<uint64_t>(cols));
  if (!row) return Error{Code::kInvalidArgument, "rows that are not whole blocks"};
  REALM_ASSIGN(auto buffer,
               device_->allocate(*row * static_cast<uint64_t>(rows), BufferUse::kActivations));
  buffers_.push_back(std::move(buffer));
  return view_rows(buffers_.back().get(), format, Shape{rows, cols});
}

Result<TensorView> Workbench::floats(int64_t rows, int64_t cols) {
  REALM_ASSIGN(const TensorView view, memory(Format::kF32, rows, cols));
  std::vector<std::byte> bytes(span_bytes(view));
  synthetic::RandomBlocks(Format::kF32, 1, 0, seed_++).fill(0, bytes);
  stream_->upload(view, bytes);
  REALM_TRY(stream_->sync());
  return view;
}

Result<TensorView> Workbench::ids(int64_t rows, int64_t cols, const std::vector<int32_t>& values) {
  REALM_ASSIGN(TensorView view, memory(Format::kI32, rows, cols));
  upload<int32_t>(*stream_, view, values);
  REALM_TRY(stream_->sync());
  if (rows == 1) view.shape = Shape{cols};
  return view;
}

Result<TensorView> Workbench::weight(Format format, int64_t rows, int64_t cols, WeightUse use) {
  const synthetic::RandomBlocks blocks(format, 1 / std::sqrt(static_cast<double>(cols)), 0,
                                       seed_++);
  const uint64_t row = row_bytes(format, static_cast<uint64_t>(cols)).value_or(0);
  REALM_ASSIGN(
      Weight weight,
      device_->pack({.name = "weight", .format = format, .rows = rows, .cols = cols, .use = use},
                    [&](int64_t first, int64_t, std::span<std::byte> out) {
                      blocks.fill_bytes(static_cast<uint64_t>(first) * row, out);
                      return Result<void>();
                    }));
  buffers_.push_back(std::move(weight.buffer));
  return weight.view;
}

Result<double> Workbench::timed(size_t calls, size_t count,
                                const std::function<void(size_t)>& run) {
  const Clock clock;
  for (size_t i = 0; i < calls; ++i) run(i % count);
  REALM_TRY(stream_->sync());
  return clock.seconds() / static_cast<double>(calls);
}

Result<double> Workbench::seconds(size_t count, const std::function<void(size_t)>& run) {
  constexpr double kShortest = 2e-3;                           // of a repetition
  REALM_ASSIGN(const double first, timed(count, count, run));  // warm-up
  const double passes = std::ceil(kShortest / std::max(first * static_cast<double>(count), 1e-7));
  const size_t calls = count * static_cast<size_t>(std::max(1.0, passes));
  std::vector<double> all;
  for (int32_t r = 0; r < repetitions_; ++r) {
    REALM_ASSIGN(const double one, timed(calls, count, run));
    all.push_back(one);
  }
  std::sort(all.begin(), all.end());
  const size_t half = all.size() / 2;
  return all.size() % 2 == 1 ? all[half] : (all[half - 1] + all[half]) / 2;
}

}  // namespace realm::cli
