// RandomAccessFile: the bytes of a file by offset, read with pread or through a mapping; bytes that
// are in memory already; or bytes that are made when they are asked for. Read-only and thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "realm/error.hpp"

namespace realm {

enum class FileAccess {
  kMmap,  ///< bytes() shows the file; who truncates it meanwhile ends the process
  kRead,  ///< only read_at(); costs no address space and no resident pages
};

class RandomAccessFile {
 public:
  /// Errors: kNotFound; kInvalidArgument for what is no regular file or may not be read.
  static Result<RandomAccessFile> open(const std::string& path, FileAccess access);
  /// `bytes` must outlive the object.
  static RandomAccessFile borrow(std::span<const std::byte> bytes);
  /// Makes the bytes from `offset` on, the same ones at every call. Called from any thread; the
  /// range is inside the file.
  using Maker = std::function<Result<void>(uint64_t offset, std::span<std::byte> out)>;
  static RandomAccessFile made_by(Maker maker, uint64_t size_bytes);

  RandomAccessFile(RandomAccessFile&& other) noexcept;
  RandomAccessFile& operator=(RandomAccessFile&& other) noexcept;
  ~RandomAccessFile();

  uint64_t size_bytes() const { return size_bytes_; }
  /// When it was changed last, in nanoseconds of the system's clock; 0 of bytes in memory.
  int64_t changed_ns() const { return changed_ns_; }

  /// Fills `out` from `offset`. Errors: kCorruptFile when the range is not inside the file or the
  /// medium fails.
  Result<void> read_at(uint64_t offset, std::span<std::byte> out) const;

  /// Tells the system that this range will be read soon: a hint.
  void prefetch(uint64_t offset, uint64_t size_bytes) const;

  /// The whole file, or an empty span under FileAccess::kRead.
  std::span<const std::byte> bytes() const { return {mapped_, mapped_ ? size_bytes_ : 0}; }

  /// Tells the system that the pages wholly inside this range of a mapping are not needed for now;
  /// they stay readable.
  void release(uint64_t offset, uint64_t size_bytes) const;

 private:
  RandomAccessFile() = default;

  int fd_ = -1;
  const std::byte* mapped_ = nullptr;
  bool owns_mapping_ = false;
  std::unique_ptr<const Maker> maker_;
  uint64_t size_bytes_ = 0;
  int64_t changed_ns_ = 0;
};

}  // namespace realm
