// Weights of the seam: sizes, packing through a reader, rows back.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

#include "backend/cpu/linear/kernel_table.hpp"
#include "backend/cpu/linear/linear.hpp"
#include "backend/cpu/linear/pack_rows.hpp"
#include "base/checked.hpp"
#include "base/str.hpp"
#include "formats/table.hpp"

namespace realm::cpu {
namespace {

// Bytes of the file that a thread reads at once: large against a call, small against a cache.
constexpr uint64_t kPieceBytes = uint64_t{1} << 18;

TileShape shape_of(const LinearKernels& kernels) {
  return {static_cast<uint32_t>(kernels.tile_rows), kernels.offset_bytes};
}

}  // namespace

Result<size_t> packed_bytes(const LinearKernels& kernels, Format format, int64_t rows,
                            int64_t cols) {
  if (!is_decodable(format)) {
    return Error{Code::kUnsupported, str(info(format).name, " is no format of weights")};
  }
  if (rows <= 0 || cols <= 0 || !row_bytes(format, static_cast<uint64_t>(cols))) {
    return Error{Code::kInvalidArgument,
                 str("[", rows, ", ", cols, "] are not whole ", info(format).name, " blocks")};
  }
  const TileShape shape = shape_of(kernels);
  // A packed element is at most 4 bytes.
  if (!checked_mul<uint64_t>(static_cast<uint64_t>(cols), uint64_t{shape.rows} * 4)) {
    return Error{Code::kInvalidArgument, str("rows of ", cols, " elements are too long")};
  }
  const uint64_t tile = tile_bytes(format, shape, static_cast<uint64_t>(cols));
  const uint64_t tiles = (static_cast<uint64_t>(rows) + shape.rows - 1) / shape.rows;
  const auto bytes = checked_mul(tile, tiles);
  if (!bytes) {
    return Error{Code::kInvalidArgument, str("[", rows, ", ", cols, "] ", info(format).name,
                                             " elements do not fit into memory")};
  }
  return static_cast<size_t>(*bytes);
}

Result<void> pack_weight(const LinearKernels& kernels, ThreadPool& pool, const WeightSpec& spec,
                         const RowReader& read, std::byte* packed) {
  if (auto bytes = packed_bytes(kernels, spec.format, spec.rows, spec.cols); !bytes) {
    return std::move(bytes).error().in(spec.name);
  }
  const TileShape shape = shape_of(kernels);
  const auto cols = static_cast<uint64_t>(spec.cols);
  const auto row = static_cast<size_t>(*row_bytes(spec.format, cols));
  const auto tile = static_cast<size_t>(tile_bytes(spec.format, shape, cols));
  const auto w = static_cast<int64_t>(shape.rows);
  const int64_t tiles = (spec.rows + w - 1) / w;
  const auto tile_row_bytes = row * shape.rows;
  const int64_t step =
      std::clamp<int64_t>(static_cast<int64_t>(kPieceBytes / tile_row_bytes), 1, tiles);

  std::vector<std::vector<std::byte>> pieces(static_cast<size_t>(pool.threads()));
  std::mutex mutex;
  std::optional<Error> failure;
  std::atomic<bool> failed{false};
  pool.for_each((tiles + step - 1) / step, [&](int64_t item, int thread) {
    if (failed.load(std::memory_order_relaxed)) return;
    const int64_t first_tile = item * step;
    const int64_t first = first_tile * w;
    const int64_t count = std::min(step * w, spec.rows - first);
    auto& piece = pieces[static_cast<size_t>(thread)];
    piece.resize(static_cast<size_t>(step) * tile_row_bytes);
    if (auto ok = read(first, count, {piece.data(), static_cast<size_t>(count) * row}); !ok) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::move(ok).error();
      failed.store(true);
      return;
    }
    for (int64_t done = 0; done < count; done += w) {
      pack_tile(spec.format, shape, cols, piece.data() + static_cast<size_t>(done) * row, row,
                static_cast<uint32_t>(std::min(w, count - done)),
                packed + static_cast<size_t>(first_tile + done / w) * tile);
    }
  });
  if (failure) return std::move(*failure);
  return {};
}

void pack_strip(const LinearKernels& kernels, const TensorView& rows, int64_t first, int64_t count,
                std::byte* tiles) {
  const TileShape shape = shape_of(kernels);
  const auto cols = static_cast<uint64_t>(rows.cols());
  const auto tile = static_cast<size_t>(tile_bytes(rows.format, shape, cols));
  const auto w = static_cast<int64_t>(shape.rows);
  for (int64_t done = 0; done < count; done += w, tiles += tile) {
    pack_tile(rows.format, shape, cols, rows.row<const std::byte>(first + done),
              rows.row_stride_bytes, static_cast<uint32_t>(std::min(w, count - done)), tiles);
  }
}

void unpack_rows(const LinearKernels& kernels, const TensorView& packed, int64_t first,
                 int64_t count, std::byte* out) {
  const TileShape shape = shape_of(kernels);
  const auto cols = static_cast<uint64_t>(packed.cols());
  const auto row = static_cast<size_t>(row_bytes(packed.format, cols).value_or(0));
  const auto tile = static_cast<size_t>(tile_bytes(packed.format, shape, cols));
  const auto* base = static_cast<const std::byte*>(packed.buffer->address()) + packed.offset_bytes;
  for (int64_t r = first; r < first + count; ++r, out += row) {
    unpack_row(packed.format, shape, cols, base + static_cast<size_t>(r / kernels.tile_rows) * tile,
               static_cast<uint32_t>(r % kernels.tile_rows), out);
  }
}

}  // namespace realm::cpu
