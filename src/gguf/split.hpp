// Split models: <name>-00001-of-0000N.gguf and so on, each a GGUF file of its own that says in
// split.no (from 0) which it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gguf/metadata.hpp"

namespace realm::gguf {

constexpr const char* kSplitNoKey = "split.no";
constexpr const char* kSplitCountKey = "split.count";
constexpr const char* kSplitTensorsKey = "split.tensors.count";

struct Split {
  uint32_t no = 0;
  uint32_t count = 1;
  std::optional<uint64_t> tensors;  ///< of all parts
};

/// What a part says of itself; a file that says nothing is the only one.
Result<Split> split_of(const Metadata& metadata);

/// The file at `path` is the whole model, or the first part under a name that leads to the others.
Result<void> check_first(const Split& split, const std::string& path);

/// `metadata` is that of part `no` (from 0) of the model of `first`.
Result<void> check_follows(const Split& first, const Metadata& metadata, uint32_t no);

/// The path of part `no` (from 0), from the first part's. Precondition: check_first().
std::string part_path(const std::string& first, uint32_t no, uint32_t count);

/// "-00002-of-00005.gguf" for no = 1
std::string part_suffix(uint32_t no, uint32_t count);

}  // namespace realm::gguf
