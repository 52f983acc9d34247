// OutputFile: a file that appears under its name only when it is whole. Until commit() it has no
// name at all where the system can do that (Linux: O_TMPFILE), so that a process that is killed
// leaves nothing; elsewhere it grows beside the name under one that ends in ".part". Without
// commit() nothing stays behind.
// Thread-safety: write_at() may be called by several threads at once; all else by one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "realm/error.hpp"

namespace realm {

class OutputFile {
 public:
  /// Errors: kNotFound where the folder is not there, kInvalidArgument where the file cannot be
  /// made.
  static Result<OutputFile> create(const std::string& path);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  /// Bytes appended so far.
  uint64_t size_bytes() const { return size_bytes_; }

  /// Errors: kInternal when the disk is full or fails.
  Result<void> append(std::span<const std::byte> bytes);
  Result<void> append_zeros(uint64_t count);
  /// What was appended leaves the buffer: before write_at() into it.
  Result<void> flush();

  /// Makes the file `size_bytes` long (more than was appended); what nobody writes reads as zeros.
  /// A disk without room for it is full here and now, where the file system can tell.
  Result<void> extend(uint64_t size_bytes);
  /// Writes inside what is appended or extended to.
  Result<void> write_at(uint64_t offset, std::span<const std::byte> bytes);

  /// Puts the file on the disk and under its name, in place of what was there. The last call.
  Result<void> commit();

 private:
  OutputFile() = default;
  Result<void> name_it();
  void swap(OutputFile& other) noexcept;

  int fd_ = -1;
  uint64_t size_bytes_ = 0;
  std::atomic<uint64_t> written_at_bytes_ = 0;  ///< by write_at()
  std::string path_;
  std::string temporary_path_;  ///< empty while the file has no name
  std::vector<std::byte> buffer_;
};

}  // namespace realm
