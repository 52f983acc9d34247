// gguf::File: a GGUF model file, or the parts of one, open for reading.
//
// Layout of a part: "GGUF", version, counts | metadata | tensor directory | padding to the
// alignment | tensor data. Little-endian. Versions 2 and 3 differ in nothing that matters here.
// A split model is <name>-00001-of-0000N.gguf ...; the first part holds the metadata.
//
// Every number in a file is untrusted. open() refuses a file whose header, directory or extents
// contradict the format or each other, so that what it returns can be used without further checks:
// names are unique, rows are whole blocks, extents lie inside the file, aligned and apart. Memory
// taken is at most a small multiple of the metadata's and directory's bytes.
// Thread-safety: immutable; every member may be called by several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "gguf/metadata.hpp"
#include "realm/error.hpp"
#include "realm/format.hpp"
#include "tensor/shape.hpp"

namespace realm::gguf {

struct TensorInfo {
  std::string name;
  Format format = Format::kF32;
  Shape shape;                ///< outermost dimension first: GGUF's order turned round
  int part = 0;               ///< which file of a split model
  uint64_t offset_bytes = 0;  ///< of the data, from the start of that file
  uint64_t size_bytes = 0;

  uint64_t row_bytes() const { return size_bytes / static_cast<uint64_t>(shape.rows()); }
};

/// "tensor blk.3.attn_q.weight at byte 4096": how errors begin.
std::string place_of(const TensorInfo& tensor);

struct OpenOptions {
  FileAccess access = FileAccess::kMmap;
};

class File {
 public:
  /// `path` names the file, or the first part of a split model.
  /// Errors: kNotFound (the file, or a part by name); kCorruptFile, naming the key or tensor and
  /// the byte; kUnsupported for a version, byte order or tensor type that this build does not read,
  /// by name.
  static Result<File> open(const std::string& path, OpenOptions options = {});
  /// A file that is in memory; `bytes` must outlive the File.
  static Result<File> open_bytes(std::span<const std::byte> bytes);
  /// One whole model.
  static Result<File> open_single(RandomAccessFile part);

  File(File&&) = default;
  File& operator=(File&&) = default;

  const Metadata& metadata() const { return metadata_; }
  /// In the file's order; empty for a file that holds a vocabulary only.
  const std::vector<TensorInfo>& tensors() const { return tensors_; }

  /// nullptr when there is none.
  const TensorInfo* find(std::string_view name) const;
  /// Errors: kCorruptFile "tensor blk.3.attn_q.weight: missing".
  Result<const TensorInfo*> tensor(std::string_view name) const;

  /// Copies `count` rows from row `first` of the flattened tensor [rows, cols].
  /// Errors: kInvalidArgument for rows outside the tensor or a wrong out.size(); kCorruptFile when
  /// the medium fails.
  Result<void> read_rows(const TensorInfo& tensor, int64_t first, int64_t count,
                         std::span<std::byte> out) const;
  /// Copies out.size() bytes from byte `offset` of the tensor on. Errors: as read_rows().
  Result<void> read_bytes(const TensorInfo& tensor, uint64_t offset,
                          std::span<std::byte> out) const;
  /// Copies the whole tensor; out.size() == size_bytes.
  Result<void> read(const TensorInfo& tensor, std::span<std::byte> out) const;

  /// The tensor's bytes in the mapping, 8-byte aligned at least; empty under FileAccess::kRead.
  std::span<const std::byte> bytes(const TensorInfo& tensor) const;
  /// These bytes of the tensor will be read soon: a hint.
  void prefetch(const TensorInfo& tensor, uint64_t offset, uint64_t size_bytes) const;
  /// The tensor's pages are not needed for now: lets a loader that copies stay small.
  void release(const TensorInfo& tensor) const;

  uint64_t size_bytes() const;  ///< of all parts
  /// Tells files apart: of everything in front of the tensors' data, sizes and times of change.
  Result<uint64_t> fingerprint() const;
  int parts() const { return static_cast<int>(parts_.size()); }
  uint32_t version() const { return version_; }

 private:
  File() = default;
  Result<void> add_part(RandomAccessFile part, struct Header header);

  std::vector<RandomAccessFile> parts_;
  uint32_t version_ = 0;
  Metadata metadata_;
  std::vector<TensorInfo> tensors_;
  std::map<std::string, size_t, std::less<>> index_;
};

}  // namespace realm::gguf
