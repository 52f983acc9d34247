// PackedCache: a model's weights as a device packs them, in a file that the next load maps.
//
//   head  = magic, key, packing id, for every weight its name, format, rows, place and size; padded
//   data  = the weights, each on a page of its own
// The key is made of the model files' headers, sizes and times of change and of the device's
// packing id. A file is used only when its head is, byte for byte, the one that would be written
// now, and its size is right: nothing in it is believed. The data are not summed, that would be
// reading them: who changes them there changes the model.
// Written beside its name and renamed, so that other processes find the old file, the new one or
// none, and who has mapped the old one keeps it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "realm/error.hpp"
#include "realm/format.hpp"

namespace realm {

class PackedCache {
 public:
  struct Entry {
    std::string name;
    Format format = Format::kF32;
    int64_t first = 0;  ///< of the tensor's rows
    int64_t rows = 0;
    int64_t cols = 0;
    uint64_t size_bytes = 0;    ///< packed
    uint64_t offset_bytes = 0;  ///< in the file; set by PackedCache
  };

  /// `name`: what the file's name begins with. `key`: of the model's files.
  PackedCache(const std::string& folder, const std::string& name, uint64_t key,
              const std::string& packing_id, std::vector<Entry> entries);

  const std::string& path() const { return path_; }
  uint64_t size_bytes() const { return size_bytes_; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// The file, mapped. kNotFound: there is none; kCorruptFile: it is not what belongs there.
  Result<std::shared_ptr<const RandomAccessFile>> open() const;
  /// Writes it; `weights` in the order of the entries. Makes the folder.
  Result<void> write(std::span<const std::span<const std::byte>> weights) const;

 private:
  std::string path_;
  std::vector<Entry> entries_;
  std::string head_;
  uint64_t size_bytes_ = 0;
};

}  // namespace realm
