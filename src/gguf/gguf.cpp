#include "gguf/gguf.hpp"

#include <algorithm>
#include <utility>

#include "base/checked.hpp"
#include "base/hash.hpp"
#include "base/str.hpp"
#include "gguf/header.hpp"
#include "gguf/split.hpp"

namespace realm::gguf {
namespace {

struct Part {
  RandomAccessFile file;
  Header header;
};

Result<Part> open_part(const std::string& path, FileAccess access) {
  REALM_ASSIGN(RandomAccessFile file, RandomAccessFile::open(path, access));
  auto header = parse_header(file);
  if (!header) return std::move(header).error().in(path);
  return Part{std::move(file), *std::move(header)};
}

}  // namespace

std::string place_of(const TensorInfo& tensor) {
  return str("tensor ", printable(tensor.name), " at byte ", tensor.offset_bytes);
}

Result<void> File::add_part(RandomAccessFile part, Header header) {
  for (TensorInfo& tensor : header.tensors) {
    tensor.part = parts();
    if (!index_.emplace(tensor.name, tensors_.size()).second) {
      return Error{Code::kCorruptFile, "a tensor of this name came before"}.in(place_of(tensor));
    }
    tensors_.push_back(std::move(tensor));
  }
  parts_.push_back(std::move(part));
  return {};
}

Result<File> File::open(const std::string& path, OpenOptions options) {
  REALM_ASSIGN(Part first, open_part(path, options.access));
  File file;
  file.version_ = first.header.version;
  file.metadata_ = std::move(first.header.metadata);
  auto split = split_of(file.metadata_);
  if (!split) return std::move(split).error().in(path);
  if (auto ok = check_first(*split, path); !ok) return std::move(ok).error().in(path);
  if (auto ok = file.add_part(std::move(first.file), std::move(first.header)); !ok) {
    return std::move(ok).error().in(path);
  }
  for (uint32_t i = 1; i < split->count; ++i) {
    const std::string name = part_path(path, i, split->count);
    REALM_ASSIGN(Part part, open_part(name, options.access));
    if (auto ok = check_follows(*split, part.header.metadata, i); !ok) {
      return std::move(ok).error().in(name);
    }
    if (auto ok = file.add_part(std::move(part.file), std::move(part.header)); !ok) {
      return std::move(ok).error().in(name);
    }
  }
  if (split->tensors && *split->tensors != file.tensors_.size()) {
    return Error{Code::kCorruptFile,
                 str(path, ": ", file.metadata_.place_of(kSplitTensorsKey), ": ", *split->tensors,
                     " tensors, found ", file.tensors_.size())};
  }
  return file;
}

Result<File> File::open_bytes(std::span<const std::byte> bytes) {
  return open_single(RandomAccessFile::borrow(bytes));
}

Result<File> File::open_single(RandomAccessFile part) {
  File file;
  REALM_ASSIGN(Header header, parse_header(part));
  file.version_ = header.version;
  file.metadata_ = std::move(header.metadata);
  REALM_ASSIGN(const Split split, split_of(file.metadata_));
  if (split.count > 1) {
    return Error{Code::kUnsupported, str("one part of ", split.count, "; all are needed")};
  }
  REALM_TRY(file.add_part(std::move(part), std::move(header)));
  return file;
}

const TensorInfo* File::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

Result<const TensorInfo*> File::tensor(std::string_view name) const {
  if (const TensorInfo* found = find(name)) return found;
  return Error{Code::kCorruptFile, str("tensor ", printable(name), ": missing")};
}

Result<void> File::read_rows(const TensorInfo& tensor, int64_t first, int64_t count,
                             std::span<std::byte> out) const {
  const int64_t rows = tensor.shape.rows();
  if (first < 0 || count < 0 || first > rows || count > rows - first) {
    return Error{Code::kInvalidArgument, str("rows ", first, " and ", count, " on, of ", rows)}.in(
        place_of(tensor));
  }
  const uint64_t row = tensor.row_bytes();
  if (out.size() != row * static_cast<uint64_t>(count)) {
    return Error{Code::kInvalidArgument,
                 str("room for ", out.size(), " bytes, expected ", count, " rows of ", row)}
        .in(place_of(tensor));
  }
  return read_bytes(tensor, row * static_cast<uint64_t>(first), out);
}

Result<void> File::read_bytes(const TensorInfo& tensor, uint64_t offset,
                              std::span<std::byte> out) const {
  if (offset > tensor.size_bytes || out.size() > tensor.size_bytes - offset) {
    return Error{Code::kInvalidArgument,
                 str(out.size(), " bytes at byte ", offset, " of ", tensor.size_bytes)}
        .in(place_of(tensor));
  }
  const auto& part = parts_[static_cast<size_t>(tensor.part)];
  auto ok = part.read_at(tensor.offset_bytes + offset, out);
  if (!ok) return std::move(ok).error().in(place_of(tensor));
  return {};
}

Result<void> File::read(const TensorInfo& tensor, std::span<std::byte> out) const {
  return read_rows(tensor, 0, tensor.shape.rows(), out);
}

std::span<const std::byte> File::bytes(const TensorInfo& tensor) const {
  const auto whole = parts_[static_cast<size_t>(tensor.part)].bytes();
  if (whole.empty()) return {};
  return whole.subspan(static_cast<size_t>(tensor.offset_bytes),
                       static_cast<size_t>(tensor.size_bytes));
}

void File::prefetch(const TensorInfo& tensor, uint64_t offset, uint64_t size_bytes) const {
  parts_[static_cast<size_t>(tensor.part)].prefetch(tensor.offset_bytes + offset, size_bytes);
}

void File::release(const TensorInfo& tensor) const {
  parts_[static_cast<size_t>(tensor.part)].release(tensor.offset_bytes, tensor.size_bytes);
}

Result<uint64_t> File::fingerprint() const {
  uint64_t hash = 0;
  std::vector<std::byte> header;
  for (int i = 0; i < parts(); ++i) {
    const RandomAccessFile& part = parts_[static_cast<size_t>(i)];
    uint64_t data = part.size_bytes();
    for (const TensorInfo& tensor : tensors_) {
      if (tensor.part == i) data = std::min(data, tensor.offset_bytes);
    }
    const uint64_t numbers[] = {part.size_bytes(), static_cast<uint64_t>(part.changed_ns())};
    hash = hash_bytes(std::as_bytes(std::span(numbers)), hash);
    header.resize(static_cast<size_t>(data));
    REALM_TRY(part.read_at(0, header));
    hash = hash_bytes(header, hash);
  }
  return hash;
}

uint64_t File::size_bytes() const {
  uint64_t total = 0;
  for (const RandomAccessFile& part : parts_) total += part.size_bytes();
  return total;
}

}  // namespace realm::gguf
