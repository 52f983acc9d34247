// Reads an architecture's metadata keys one after another, with ranges. The first failure is kept
// and the rest reads on, so that a reader of a configuration is straight-line code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gguf/metadata.hpp"
#include "realm/error.hpp"

namespace realm {

class KeyReader {
 public:
  /// Keys are "<architecture>.<name>".
  KeyReader(const gguf::Metadata& metadata, std::string_view architecture)
      : metadata_(metadata), architecture_(architecture) {}

  bool has(std::string_view name) const { return metadata_.find(key(name)) != nullptr; }

  // Ranges are inclusive; a fallback need not lie inside. After a failure: 1.
  int32_t integer(std::string_view name, int32_t least, int32_t most);
  int32_t integer_or(std::string_view name, int32_t fallback, int32_t least, int32_t most);
  double number(std::string_view name, double least, double most);
  double number_or(std::string_view name, double fallback, double least, double most);
  std::string text_or(std::string_view name, const std::string& fallback);
  bool flag_or(std::string_view name, bool fallback);
  /// The elements of an array of flags; empty where the key is absent or no array.
  std::vector<bool> flags_or_empty(std::string_view name);

  /// Fails with "key <architecture>.<name>: <story>" unless `ok`.
  void require(bool ok, std::string_view name, const std::string& story,
               Code code = Code::kCorruptFile);

  /// The first failure.
  Result<void> finish() const;

 private:
  std::string key(std::string_view name) const;
  void keep(Error error);

  const gguf::Metadata& metadata_;
  std::string architecture_;
  std::optional<Error> error_;
};

}  // namespace realm
