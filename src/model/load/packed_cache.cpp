#include "model/load/packed_cache.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/hash.hpp"
#include "base/output_file.hpp"
#include "base/str.hpp"

namespace realm {
namespace {

constexpr std::string_view kMagic = "realm packed weights 1\n";
constexpr uint64_t kPage = 4096;

uint64_t whole_pages(uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

void put(std::string& to, uint64_t number) {
  char bytes[sizeof number];
  std::memcpy(bytes, &number, sizeof number);
  to.append(bytes, sizeof number);
}
void put_text(std::string& to, std::string_view text) {
  put(to, uint64_t{text.size()});
  to += text;
}

std::string hexadecimal(uint64_t number) {
  std::string out(16, '0');
  for (auto digit = out.rbegin(); digit != out.rend(); ++digit, number >>= 4) {
    *digit = "0123456789abcdef"[number & 15];
  }
  return out;
}

}  // namespace

PackedCache::PackedCache(const std::string& folder, const std::string& name, uint64_t key,
                         const std::string& packing_id, std::vector<Entry> entries)
    : entries_(std::move(entries)) {
  head_ = kMagic;
  put(head_, key);
  put_text(head_, packing_id);
  put(head_, uint64_t{entries_.size()});
  // Offsets count from the data's beginning in the head, so that they do not depend on its length.
  for (Entry& entry : entries_) {
    put_text(head_, entry.name);
    put(head_, static_cast<uint64_t>(entry.format));
    for (const int64_t number : {entry.first, entry.rows, entry.cols}) {
      put(head_, static_cast<uint64_t>(number));
    }
    put(head_, entry.size_bytes);
    entry.offset_bytes = size_bytes_;
    size_bytes_ += whole_pages(entry.size_bytes);
  }
  put(head_, size_bytes_);
  head_.resize(static_cast<size_t>(whole_pages(head_.size())));
  for (Entry& entry : entries_) entry.offset_bytes += head_.size();
  size_bytes_ += head_.size();
  const uint64_t id = hash_bytes(std::as_bytes(std::span(packing_id)), key);
  path_ = (std::filesystem::path(folder) / str(name, "-", hexadecimal(id), ".packed")).string();
}

Result<std::shared_ptr<const RandomAccessFile>> PackedCache::open() const {
  REALM_ASSIGN(RandomAccessFile file, RandomAccessFile::open(path_, FileAccess::kMmap));
  if (file.size_bytes() != size_bytes_) {
    return Error{Code::kCorruptFile,
                 str(path_, ": ", file.size_bytes(), " bytes, expected ", size_bytes_)};
  }
  if (std::memcmp(file.bytes().data(), head_.data(), head_.size()) != 0) {
    return Error{Code::kCorruptFile, path_ + ": the head does not belong to this model"};
  }
  return std::shared_ptr<const RandomAccessFile>(
      std::make_shared<RandomAccessFile>(std::move(file)));
}

Result<void> PackedCache::write(std::span<const std::span<const std::byte>> weights) const {
  std::error_code ignored;  // create() tells
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), ignored);
  REALM_ASSIGN(OutputFile file, OutputFile::create(path_));
  REALM_TRY(file.append(std::as_bytes(std::span(head_))));
  REALM_TRY(file.extend(size_bytes_));
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (weights[i].size() != entries_[i].size_bytes) {
      return Error{Code::kInternal, str(entries_[i].name, ": ", weights[i].size(),
                                        " bytes packed, expected ", entries_[i].size_bytes)};
    }
    REALM_TRY(file.write_at(entries_[i].offset_bytes, weights[i]));
  }
  return file.commit();
}

}  // namespace realm
