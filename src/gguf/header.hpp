// The header of one GGUF file: parsed and checked, not yet joined with the other parts of a model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/file.hpp"
#include "gguf/cursor.hpp"
#include "gguf/gguf.hpp"

namespace realm::gguf {

// Far above what models have; they keep the memory that a header takes near its size in bytes.
constexpr uint64_t kMaxKeys = 1 << 16;
constexpr uint64_t kMaxTensors = 1 << 18;
constexpr uint64_t kMaxKeyBytes = 65535;      // GGUF
constexpr uint64_t kMaxTensorNameBytes = 64;  // GGUF
constexpr int kMaxArrayDepth = 4;

constexpr uint32_t kMagic = 0x46554747;     // "GGUF" in little-endian order
constexpr uint32_t kDefaultAlignment = 32;  // GGUF
constexpr const char* kAlignmentKey = "general.alignment";

/// What `alignment` must be to be one.
constexpr bool is_alignment(uint64_t alignment) {
  return alignment >= 8 && (alignment & (alignment - 1)) == 0;
}

struct Header {
  uint32_t version = 0;
  Metadata metadata;
  std::vector<TensorInfo> tensors;  ///< offsets from the start of the file; part is 0
};

Result<Header> parse_header(const RandomAccessFile& file);

/// What parse_header() reads: metadata and directory. The tensors' offsets are those from the start
/// of the data section, which begins at the next multiple of the alignment. `magic` is kMagic, or
/// something else as long as the file is not whole.
std::vector<std::byte> encode_header(uint32_t magic, const Metadata& metadata,
                                     std::span<const TensorInfo> tensors);

/// One value of `type`; the cursor stands behind the type number.
Result<Value> parse_value(Cursor& cursor, uint32_t type);

/// The directory of `count` tensors, and the checks of where their data lies.
Result<std::vector<TensorInfo>> parse_tensors(Cursor& cursor, uint64_t count, uint32_t alignment,
                                              uint64_t file_bytes);

}  // namespace realm::gguf
