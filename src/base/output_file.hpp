// OutputFile: a file that appears under its name only when it is whole. It grows beside the name
// under a temporary one and is renamed by commit(); without that it leaves nothing behind.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "realm/error.hpp"

namespace realm {

class OutputFile {
 public:
  /// Errors: kInvalidArgument where the file cannot be made.
  static Result<OutputFile> create(const std::string& path);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  uint64_t size_bytes() const { return size_bytes_; }

  /// Errors: kInvalidArgument when the disk is full or fails.
  Result<void> append(std::span<const std::byte> bytes);
  Result<void> append_zeros(uint64_t count);

  /// Puts the file on the disk and under its name, in place of what was there. The last call.
  Result<void> commit();

 private:
  OutputFile() = default;
  Result<void> flush();
  void swap(OutputFile& other) noexcept;

  int fd_ = -1;
  uint64_t size_bytes_ = 0;
  std::string path_;
  std::string temporary_path_;
  std::vector<std::byte> buffer_;
};

}  // namespace realm
