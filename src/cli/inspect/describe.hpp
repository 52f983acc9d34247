// Parts of `realm inspect`: a GGUF file as text and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "gguf/gguf.hpp"

namespace realm::cli {

/// Tensors of one format, together.
struct FormatShare {
  Format format;
  int64_t tensors = 0;
  int64_t elements = 0;
  uint64_t bytes = 0;
};
/// The formats of a file's tensors, most bytes first.
std::vector<FormatShare> format_shares(const gguf::File& file);

// For people: long strings and arrays are cut.
std::string file_text(const std::string& path, const gguf::File& file);
std::string metadata_text(const gguf::Metadata& metadata);
std::string tensors_text(const gguf::File& file);

// For programs: strings whole; of arrays longer than kArrayShown the type and the size.
inline constexpr uint64_t kArrayShown = 64;
nlohmann::ordered_json file_json(const std::string& path, const gguf::File& file);
nlohmann::ordered_json metadata_json(const gguf::Metadata& metadata);
nlohmann::ordered_json tensors_json(const gguf::File& file);

}  // namespace realm::cli
