#include "gguf/split.hpp"

#include <iomanip>
#include <sstream>

#include "base/str.hpp"

namespace realm::gguf {

Result<Split> split_of(const Metadata& metadata) {
  // GGUF numbers parts with 16 bits; a larger number is as wrong as a string.
  REALM_ASSIGN(const uint16_t no, metadata.get_or<uint16_t>(kSplitNoKey, 0));
  REALM_ASSIGN(const uint16_t count, metadata.get_or<uint16_t>(kSplitCountKey, 1));
  REALM_ASSIGN(const auto tensors, metadata.get_optional<uint64_t>(kSplitTensorsKey));
  if (count <= 1) return Split{};
  if (no >= count) {
    return Error{Code::kCorruptFile,
                 str(metadata.place_of(kSplitNoKey), ": part ", no, " (from 0) of ", count)};
  }
  return Split{no, count, tensors};
}

Result<void> check_first(const Split& split, const std::string& path) {
  if (split.count == 1) return {};
  if (split.no != 0) {
    return Error{Code::kInvalidArgument,
                 str("part ", split.no + 1, " of ", split.count, "; name the first part: ...",
                     part_suffix(0, split.count))};
  }
  if (path.ends_with(part_suffix(0, split.count))) return {};
  return Error{Code::kCorruptFile,
               str("key ", kSplitCountKey, ": the first of ", split.count,
                   " parts, but its name does not end in ", part_suffix(0, split.count))};
}

Result<void> check_follows(const Split& first, const Metadata& metadata, uint32_t no) {
  REALM_ASSIGN(const Split split, split_of(metadata));
  if (split.no == no && split.count == first.count) return {};
  return Error{Code::kCorruptFile,
               str(metadata.place_of(kSplitNoKey), ": part ", split.no + 1, " of ", split.count,
                   ", expected part ", no + 1, " of ", first.count)};
}

std::string part_path(const std::string& first, uint32_t no, uint32_t count) {
  const std::string suffix = part_suffix(0, count);
  return first.substr(0, first.size() - suffix.size()) + part_suffix(no, count);
}

std::string part_suffix(uint32_t no, uint32_t count) {
  std::ostringstream out;
  out << std::setfill('0') << "-" << std::setw(5) << no + 1 << "-of-" << std::setw(5) << count
      << ".gguf";
  return std::move(out).str();
}

}  // namespace realm::gguf
