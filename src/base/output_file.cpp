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
// The system starts to write after so much; without, all of it waits for the fsync at the end.
constexpr uint64_t kWriteBackBytes = uint64_t{32} << 20;
constexpr int kNames = 100;  // tried, of temporary files

Error cannot(Code code, const std::string& path, const char* what) {
  return Error{code, str(path, ": cannot ", what, ": ", std::strerror(errno))};
}

Error cannot_write(const std::string& path) { return cannot(Code::kInternal, path, "write"); }

// A name of our own; what a process that died left under it is passed over.
std::string temporary_name(const std::string& path, int attempt) {
  return str(path, ".", getpid(), "-", attempt, ".part");
}

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string link_of(int fd) { return str("/proc/self/fd/", fd); }

// A file without a name, if it can get one later; -1: not here.
int open_nameless([[maybe_unused]] const std::string& folder) {
#ifdef O_TMPFILE
  const int fd = open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (fd < 0) return -1;
  if (faccessat(AT_FDCWD, link_of(fd).c_str(), F_OK, 0) == 0) return fd;
  close(fd);
#endif
  return -1;
}

void start_write_back([[maybe_unused]] int fd) {
#ifdef __linux__
  (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);  // a hint
#endif
}

Result<void> write_all(int fd, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_write(path);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::string& path) {
  OutputFile file;
  file.path_ = path;
  file.fd_ = open_nameless(folder_of(path));
  for (int attempt = 0; file.fd_ < 0; ++attempt) {
    std::string name = temporary_name(path, attempt);
    file.fd_ = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file.fd_ >= 0) file.temporary_path_ = std::move(name);
    if (file.fd_ < 0 && (errno != EEXIST || attempt + 1 == kNames)) {
      return cannot(errno == ENOENT ? Code::kNotFound : Code::kInvalidArgument, path, "create");
    }
  }
  file.buffer_.reserve(kBufferBytes);
  return file;
}

void OutputFile::swap(OutputFile& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(size_bytes_, other.size_bytes_);
  written_at_bytes_.store(other.written_at_bytes_.exchange(written_at_bytes_.load()));
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

Result<void> OutputFile::extend(uint64_t size_bytes) {
  REALM_TRY(flush());
  const auto size = static_cast<off_t>(size_bytes);
  if (ftruncate(fd_, size) != 0) return cannot_write(path_);
#ifdef __linux__
  // Not posix_fallocate(): where the file system cannot, that writes zeros to all of it.
  if (fallocate(fd_, 0, 0, size) != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) {
    return cannot_write(path_).in(str(size_bytes, " bytes are needed"));
  }
#endif
  return {};
}

Result<void> OutputFile::write_at(uint64_t offset, std::span<const std::byte> bytes) {
  const uint64_t size = bytes.size();
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_write(path_);
    bytes = bytes.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  const uint64_t before = written_at_bytes_.fetch_add(size, std::memory_order_relaxed);
  if (before / kWriteBackBytes != (before + size) / kWriteBackBytes) start_write_back(fd_);
  return {};
}

Result<void> OutputFile::flush() {
  REALM_TRY(write_all(fd_, buffer_, path_));
  buffer_.clear();
  return {};
}

// There is no call that puts a nameless file in place of another: it gets a temporary name first.
Result<void> OutputFile::name_it() {
  for (int attempt = 0; temporary_path_.empty(); ++attempt) {
    std::string name = temporary_name(path_, attempt);
    if (linkat(AT_FDCWD, link_of(fd_).c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      temporary_path_ = std::move(name);
    } else if (errno != EEXIST || attempt + 1 == kNames) {
      return cannot(Code::kInternal, path_, "name the file");
    }
  }
  return {};
}

Result<void> OutputFile::commit() {
  REALM_TRY(flush());
  // The name must not outlive a crash that the bytes did not.
  if (fsync(fd_) != 0) return cannot_write(path_);
  REALM_TRY(name_it());
  if (close(std::exchange(fd_, -1)) != 0) return cannot_write(path_);
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return cannot(Code::kInvalidArgument, path_, "rename");
  }
  temporary_path_.clear();
  // And the name itself: a hint, for not every file system takes it.
  const int folder = open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    (void)fsync(folder);
    close(folder);
  }
  return {};
}

}  // namespace realm
