#include "base/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/str.hpp"

namespace realm {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;  // small pieces become few calls

Error cannot(const std::string& path, const char* what) {
  return Error{Code::kInvalidArgument, str(path, ": cannot ", what, ": ", std::strerror(errno))};
}

Result<void> write_all(int fd, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot(path, "write");
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::string& path) {
  OutputFile file;
  file.path_ = path;
  // A name of our own; what a process that died left under it is passed over.
  for (int attempt = 0; file.fd_ < 0; ++attempt) {
    std::string name = str(path, ".", getpid(), "-", attempt, ".part");
    file.fd_ = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file.fd_ >= 0) file.temporary_path_ = std::move(name);
    if (file.fd_ < 0 && (errno != EEXIST || attempt == 99)) return cannot(path, "create");
  }
  file.buffer_.reserve(kBufferBytes);
  return file;
}

void OutputFile::swap(OutputFile& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(size_bytes_, other.size_bytes_);
  path_.swap(other.path_);
  temporary_path_.swap(other.temporary_path_);
  buffer_.swap(other.buffer_);
}

OutputFile::OutputFile(OutputFile&& other) noexcept { swap(other); }

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  swap(other);
  return *this;
}

OutputFile::~OutputFile() {
  if (fd_ >= 0) close(fd_);
  if (!temporary_path_.empty()) (void)unlink(temporary_path_.c_str());
}

Result<void> OutputFile::append(std::span<const std::byte> bytes) {
  size_bytes_ += bytes.size();
  if (buffer_.size() + bytes.size() > kBufferBytes) {
    REALM_TRY(flush());
    if (bytes.size() > kBufferBytes) return write_all(fd_, bytes, path_);
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<void> OutputFile::append_zeros(uint64_t count) {
  const std::vector<std::byte> zeros(static_cast<size_t>(std::min<uint64_t>(count, 4096)));
  while (count > 0) {
    const auto n = static_cast<size_t>(std::min<uint64_t>(count, zeros.size()));
    REALM_TRY(append({zeros.data(), n}));
    count -= n;
  }
  return {};
}

Result<void> OutputFile::flush() {
  REALM_TRY(write_all(fd_, buffer_, path_));
  buffer_.clear();
  return {};
}

Result<void> OutputFile::commit() {
  REALM_TRY(flush());
  // The name must not outlive a crash that the bytes did not.
  if (fsync(fd_) != 0) return cannot(path_, "write");
  if (close(std::exchange(fd_, -1)) != 0) return cannot(path_, "write");
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) return cannot(path_, "rename");
  temporary_path_.clear();
  return {};
}

}  // namespace realm
