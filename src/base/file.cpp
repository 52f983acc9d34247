#include "base/file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/str.hpp"

namespace realm {
namespace {

Error cannot_open(int error) {
  const Code code = error == ENOENT || error == ENOTDIR ? Code::kNotFound
                    : error == ENOMEM                   ? Code::kOutOfMemory
                                                        : Code::kInvalidArgument;
  return Error{code, std::strerror(error)};
}

}  // namespace

Result<RandomAccessFile> RandomAccessFile::open(const std::string& path, FileAccess access) {
  RandomAccessFile file;
  // Non-blocking, so that a pipe is refused instead of waited for.
  file.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file.fd_ < 0) return cannot_open(errno).in(path);
  struct stat status = {};
  if (fstat(file.fd_, &status) != 0) return cannot_open(errno).in(path);
  if (!S_ISREG(status.st_mode)) return Error{Code::kInvalidArgument, path + ": not a regular file"};
  file.size_bytes_ = static_cast<uint64_t>(status.st_size);
  file.changed_ns_ = int64_t{status.st_mtim.tv_sec} * 1000000000 + status.st_mtim.tv_nsec;
  if (access == FileAccess::kRead || file.size_bytes_ == 0) return file;
  void* address = mmap(nullptr, file.size_bytes_, PROT_READ, MAP_SHARED, file.fd_, 0);
  if (address == MAP_FAILED) return cannot_open(errno).in(path + ": mmap");
  file.mapped_ = static_cast<const std::byte*>(address);
  file.owns_mapping_ = true;
  return file;
}

RandomAccessFile RandomAccessFile::borrow(std::span<const std::byte> bytes) {
  RandomAccessFile file;
  file.mapped_ = bytes.data();
  file.size_bytes_ = bytes.size();
  return file;
}

RandomAccessFile RandomAccessFile::made_by(Maker maker, uint64_t size_bytes) {
  RandomAccessFile file;
  file.maker_ = std::make_unique<const Maker>(std::move(maker));
  file.size_bytes_ = size_bytes;
  return file;
}

RandomAccessFile::RandomAccessFile(RandomAccessFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      mapped_(std::exchange(other.mapped_, nullptr)),
      owns_mapping_(std::exchange(other.owns_mapping_, false)),
      maker_(std::move(other.maker_)),
      size_bytes_(std::exchange(other.size_bytes_, 0)),
      changed_ns_(std::exchange(other.changed_ns_, 0)) {}

RandomAccessFile& RandomAccessFile::operator=(RandomAccessFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(mapped_, other.mapped_);
  std::swap(owns_mapping_, other.owns_mapping_);
  std::swap(maker_, other.maker_);
  std::swap(size_bytes_, other.size_bytes_);
  std::swap(changed_ns_, other.changed_ns_);
  return *this;
}

RandomAccessFile::~RandomAccessFile() {
  if (owns_mapping_) munmap(const_cast<std::byte*>(mapped_), size_bytes_);
  if (fd_ >= 0) close(fd_);
}

Result<void> RandomAccessFile::read_at(uint64_t offset, std::span<std::byte> out) const {
  if (offset > size_bytes_ || out.size() > size_bytes_ - offset) {
    return Error{Code::kCorruptFile, str("bytes ", offset, " to ", offset + out.size(),
                                         " are not in the file of ", size_bytes_, " bytes")};
  }
  if (out.empty()) return {};
  if (maker_) return (*maker_)(offset, out);
  if (mapped_ != nullptr) {
    std::memcpy(out.data(), mapped_ + offset, out.size());
    return {};
  }
  while (!out.empty()) {
    const ssize_t n = pread(fd_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const char* reason = n < 0 ? std::strerror(errno) : "the file became shorter";
      return Error{Code::kCorruptFile, str("cannot read at byte ", offset, ": ", reason)};
    }
    out = out.subspan(static_cast<size_t>(n));
    offset += static_cast<uint64_t>(n);
  }
  return {};
}

void RandomAccessFile::prefetch(uint64_t offset, uint64_t size_bytes) const {
  if (fd_ < 0) return;
  (void)posix_fadvise(fd_, static_cast<off_t>(offset), static_cast<off_t>(size_bytes),
                      POSIX_FADV_WILLNEED);
}

void RandomAccessFile::release(uint64_t offset, uint64_t size_bytes) const {
  if (!owns_mapping_ || offset > size_bytes_ || size_bytes > size_bytes_ - offset) return;
  const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  const uint64_t first = (offset + page - 1) / page * page;
  const uint64_t last = (offset + size_bytes) / page * page;
  if (first >= last) return;
  // A hint: failure changes nothing.
  (void)madvise(const_cast<std::byte*>(mapped_) + first, last - first, MADV_DONTNEED);
}

}  // namespace realm
