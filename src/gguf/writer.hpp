// gguf::Writer: writes a GGUF version 3 file whose tensor data need not fit into memory.
//
// Metadata and the tensor directory come first, then the data: streamed in the directory's order,
// or in pieces from any place and thread. The file appears under its name only when it is whole
// (OutputFile), and what a killed process might leave elsewhere does not begin like a GGUF file.
// A Writer that is destroyed before finish() leaves nothing behind.
// Thread-safety: write_at() may be called by several threads at once; all else by one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "gguf/value.hpp"
#include "realm/error.hpp"
#include "realm/format.hpp"
#include "tensor/shape.hpp"

namespace realm::gguf {

struct WriterOptions {
  /// Of each tensor's data: a power of two, 8 at least. Written as general.alignment where it is
  /// given; GGUF's default is 32.
  std::optional<uint32_t> alignment = {};
};

class Writer {
 public:
  /// Errors: kInvalidArgument for the alignment; those of OutputFile::create().
  static Result<Writer> create(const std::string& path, WriterOptions options = {});
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  // First: metadata and directory. Errors: kInvalidArgument for what a reader would refuse
  // (names twice, empty or too long; rows that are not whole blocks), or after the data began.
  Result<void> set(std::string key, Value value);
  Result<void> add_tensor(std::string name, Format format, Shape shape);

  // Then one of two ways. Errors: kInvalidArgument when there are more bytes than the directory
  // says, kInternal when the disk is full or fails.
  /// The bytes of every tensor in the order of add_tensor(), in pieces of any size.
  Result<void> write(std::span<const std::byte> bytes);
  /// Takes the room for all tensors at once; then write_at() gives every byte of them once.
  Result<void> reserve();
  /// The bytes from `offset` on of the tensor that was added as number `tensor` (from 0).
  Result<void> write_at(size_t tensor, uint64_t offset, std::span<const std::byte> bytes);

  /// Last. Errors: kInvalidArgument when bytes are missing or the file cannot be renamed.
  Result<void> finish();

  /// Of the file so far; after finish() of all of it.
  uint64_t size_bytes() const;

 private:
  struct State;
  explicit Writer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace realm::gguf
