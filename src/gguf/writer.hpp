// gguf::Writer: writes a GGUF version 3 file whose tensor data need not fit into memory.
//
// Metadata and the tensor directory come first, then the data in the directory's order, streamed.
// The file appears under its name only when it is whole: it grows beside it under a temporary name
// and is renamed by finish(). A Writer that is destroyed before leaves nothing behind.
// Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "gguf/value.hpp"
#include "realm/error.hpp"
#include "realm/format.hpp"
#include "tensor/shape.hpp"

namespace realm::gguf {

struct WriterOptions {
  /// Of each tensor's data: a power of two, 8 at least. Written as general.alignment where it is
  /// not GGUF's default of 32.
  uint32_t alignment = 32;
};

class Writer {
 public:
  /// Errors: kInvalidArgument for the alignment, or where the file cannot be written.
  static Result<Writer> create(const std::string& path, WriterOptions options = {});
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  // First: metadata and directory. Errors: kInvalidArgument for what a reader would refuse
  // (names twice, empty or too long; rows that are not whole blocks), or after the data began.
  Result<void> set(std::string key, Value value);
  Result<void> add_tensor(std::string name, Format format, Shape shape);

  // Then: the bytes of every tensor in the order of add_tensor(), in pieces of any size. Errors:
  // kInvalidArgument when there are more bytes than the directory says, or the disk is full.
  Result<void> write(std::span<const std::byte> bytes);

  /// Last. Errors: kInvalidArgument when bytes are missing or the file cannot be renamed.
  Result<void> finish();

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace realm::gguf
