#include "image.hpp"

#include <algorithm>
#include <cstring>

#include "base/str.hpp"
#include "ops/attention/kv_write.hpp"

namespace realm::conformance {
namespace {

constexpr size_t kGuardBytes = 256;

}  // namespace

Writable::Writable(const Arena& arena) : arena_(arena) {
  for (size_t i = 0; i < arena.n_buffers(); ++i) bytes_.emplace_back(arena.bytes(i).size(), 0);
}

void Writable::allow(const TensorView& view) {
  if (!view) return;
  auto& bytes = bytes_[arena_.index_of(view)];
  const auto row = *row_bytes(view.format, static_cast<uint64_t>(view.cols()));
  for (int64_t r = 0; r < view.rows(); ++r) {
    const size_t at = view.offset_bytes + static_cast<size_t>(r) * view.row_stride_bytes;
    std::memset(&bytes[at], 1, static_cast<size_t>(row));
  }
}

void Writable::allow_pages(const KvLayer& cache, const BatchView& batch) {
  for (int64_t i = 0; i < batch.positions.cols(); ++i) {
    const int32_t sequence = batch.sequences.row<const int32_t>(0)[i];
    if (sequence < 0) continue;
    const int32_t position = batch.positions.row<const int32_t>(0)[i];
    const int64_t page = cache_place(batch, cache.block_tokens, sequence, position).block;
    allow(cache.k.slice_rows(page, 1));
    allow(cache.v.slice_rows(page, 1));
  }
}

Result<std::unique_ptr<Image>> Image::make(Device& device, Stream& stream, const Arena& arena,
                                           bool odd) {
  std::unique_ptr<Image> image(new Image(device, stream, arena));
  image->rooms_.resize(arena.n_buffers());
  image->packed_.resize(arena.n_buffers());
  for (size_t i = 0; i < arena.n_buffers(); ++i) {
    Room& room = image->rooms_[i];
    room.front_bytes = kGuardBytes + (odd ? sizeof(float) : 0);
    room.uploaded.assign(room.front_bytes + arena.bytes(i).size() + kGuardBytes,
                         std::byte{kPoisonByte});
    room.fetched = room.uploaded;
    REALM_ASSIGN(room.buffer, device.allocate(room.uploaded.size(), BufferUse::kActivations));
    if (room.buffer->size_bytes() < room.uploaded.size()) {
      return Error{Code::kInternal, "the device allocated less than was asked for"};
    }
  }
  return image;
}

TensorView Image::whole(const Room& room) {
  return view_rows(room.buffer.get(), Format::kI8,
                   Shape{static_cast<int64_t>(room.uploaded.size())});
}

TensorView Image::here(TensorView view) const {
  if (!view) return view;
  const Room& room = rooms_[arena_.index_of(view)];
  view.buffer = room.buffer.get();
  view.offset_bytes += room.front_bytes;
  return view;
}

Result<void> Image::pack(const TensorView& weight, WeightUse use) {
  const size_t index = arena_.index_of(weight);
  const auto source = arena_.bytes(index);
  const size_t row = weight.row_stride_bytes;
  const WeightSpec spec{.name = "conformance.weight",
                        .format = weight.format,
                        .rows = weight.rows(),
                        .cols = weight.cols(),
                        .use = use};
  const RowReader read = [&](int64_t first, int64_t count,
                             std::span<std::byte> out) -> Result<void> {
    if (first < 0 || count < 0 || first + count > spec.rows ||
        out.size() != static_cast<size_t>(count) * row) {
      return Error{Code::kInternal, str("pack asked for rows ", first, "+", count, " of ",
                                        spec.rows, " in ", out.size(), " bytes")};
    }
    std::memcpy(out.data(), source.data() + static_cast<size_t>(first) * row, out.size());
    return {};
  };
  REALM_ASSIGN(packed_[index], device_.pack(spec, read));
  const Weight& packed = packed_[index];
  if (packed.view.shape != weight.shape || packed.view.format != weight.format) {
    return Error{Code::kInternal,
                 str("pack made ", to_string(packed.view), " of ", to_string(weight))};
  }
  // Whole, and a few rows from the middle.
  std::vector<std::byte> back(source.size());
  REALM_TRY(device_.unpack(packed.view, 0, spec.rows, back));
  if (!std::equal(back.begin(), back.end(), source.begin())) {
    const auto at = std::mismatch(back.begin(), back.end(), source.begin()).first - back.begin();
    return Error{Code::kInternal,
                 str("unpack(pack(", to_string(weight), ")) differs first in byte ", at)};
  }
  const int64_t first = spec.rows / 2;
  const int64_t count = (spec.rows - first + 1) / 2;
  back.resize(static_cast<size_t>(count) * row);
  REALM_TRY(device_.unpack(packed.view, first, count, back));
  if (!std::equal(back.begin(), back.end(), source.begin() + first * static_cast<int64_t>(row))) {
    return Error{Code::kInternal, str("unpack of rows ", first, "+", count, " of ",
                                      to_string(weight), " differs from what was packed")};
  }
  return {};
}

void Image::upload() {
  for (size_t i = 0; i < rooms_.size(); ++i) {
    Room& room = rooms_[i];
    const auto contents = arena_.bytes(i);
    std::copy(contents.begin(), contents.end(),
              room.uploaded.begin() + static_cast<std::ptrdiff_t>(room.front_bytes));
    // The stream may not keep the bytes: give it some that are gone on return.
    std::vector<std::byte> passing = room.uploaded;
    stream_.upload(whole(room), passing);
    std::fill(passing.begin(), passing.end(), std::byte{0x5a});
  }
}

Result<void> Image::fetch() {
  for (Room& room : rooms_) stream_.download(whole(room), room.fetched);
  return stream_.sync();
}

Result<void> Image::check_untouched(const Writable& writable) const {
  for (size_t i = 0; i < rooms_.size(); ++i) {
    const Room& room = rooms_[i];
    if (room.fetched == room.uploaded) continue;
    const size_t end = room.front_bytes + arena_.bytes(i).size();
    for (size_t b = 0; b < room.fetched.size(); ++b) {
      if (room.fetched[b] == room.uploaded[b]) continue;
      const bool inside = b >= room.front_bytes && b < end;
      if (inside && writable.allows(i, b - room.front_bytes)) continue;
      return Error{Code::kInternal,
                   str("byte ", b, " of buffer ", i, " (", end - room.front_bytes,
                       " bytes of contents from ", room.front_bytes, ") was changed",
                       inside ? ", which is no output" : ", which is a guard")};
    }
  }
  return {};
}

std::vector<float> Image::values(const TensorView& host) const {
  const Room& room = rooms_[arena_.index_of(host)];
  std::vector<float> out(static_cast<size_t>(host.shape.elems()));
  const auto row = static_cast<size_t>(host.cols());
  for (int64_t r = 0; r < host.rows(); ++r) {
    const size_t at =
        room.front_bytes + host.offset_bytes + static_cast<size_t>(r) * host.row_stride_bytes;
    std::memcpy(&out[static_cast<size_t>(r) * row], &room.fetched[at], row * sizeof(float));
  }
  return out;
}

}  // namespace realm::conformance
