// Cursor: reads a header front to back, never past the end of the file, and never more of it than a
// header may have. Takes nothing on trust: a length is compared with what is left before memory is
// asked for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/str.hpp"
#include "realm/error.hpp"

namespace realm::gguf {

/// Metadata and directory together. The largest vocabularies take a tenth of it.
constexpr uint64_t kMaxHeaderBytes = uint64_t{128} << 20;

class Cursor {
 public:
  explicit Cursor(const RandomAccessFile& file)
      : file_(file), end_(std::min(file.size_bytes(), kMaxHeaderBytes)) {}

  uint64_t position() const { return position_; }
  uint64_t remaining() const { return end_ - position_; }

  /// An error unless `bytes` more bytes are there; `what` says who needs them.
  Result<void> need(uint64_t bytes, std::string_view what) const {
    if (bytes <= remaining()) return {};
    if (end_ < file_.size_bytes()) {
      return Error{Code::kUnsupported,
                   str(what, " makes the header longer than ", kMaxHeaderBytes >> 20, " MiB")};
    }
    return Error{Code::kCorruptFile, str(what, " of ", bytes, " bytes at byte ", position_,
                                         " reaches behind the end of the file (", end_, " bytes)")};
  }

  Result<void> read(std::span<std::byte> out, std::string_view what) {
    REALM_TRY(need(out.size(), what));
    while (!out.empty()) {
      if (window_used_ == window_.size()) REALM_TRY(refill());
      const size_t n = std::min(out.size(), window_.size() - window_used_);
      std::memcpy(out.data(), window_.data() + window_used_, n);
      window_used_ += n;
      position_ += n;
      out = out.subspan(n);
    }
    return {};
  }

  template <class T>
  Result<T> number(std::string_view what) {
    T value{};
    REALM_TRY(read({reinterpret_cast<std::byte*>(&value), sizeof value}, what));
    return value;
  }

  /// A string with its length in front.
  Result<std::string> text(std::string_view what) {
    REALM_ASSIGN(const auto size, number<uint64_t>(what));
    REALM_TRY(need(size, what));
    std::string text(static_cast<size_t>(size), '\0');
    REALM_TRY(read({reinterpret_cast<std::byte*>(text.data()), text.size()}, what));
    return text;
  }

 private:
  Result<void> refill() {
    constexpr uint64_t kWindow = 64 << 10;  // few calls for a vocabulary, little memory for a page
    window_.resize(static_cast<size_t>(std::min(kWindow, end_ - position_)));
    window_used_ = 0;
    return file_.read_at(position_, window_);
  }

  const RandomAccessFile& file_;
  uint64_t end_;
  uint64_t position_ = 0;
  std::vector<std::byte> window_;
  size_t window_used_ = 0;
};

}  // namespace realm::gguf
