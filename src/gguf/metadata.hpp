// Metadata of a GGUF file: keys with values, in the file's order.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gguf/value.hpp"
#include "realm/error.hpp"

namespace realm::gguf {

/// Immutable after the file is read; shared by threads.
///
/// get<T>() takes T = bool, std::string, float, double, (u)int8_t ... (u)int64_t, and std::vector
/// of these. Files differ in the width of their integers, so any integer that T can hold is
/// accepted for an integer T, and any number for float and double.
class Metadata {
 public:
  struct Entry {
    std::string key;
    Value value;
    uint64_t offset_bytes;  ///< of the key in the file
  };

  const std::vector<Entry>& entries() const { return entries_; }
  const Value* find(std::string_view key) const;

  /// How errors about a key begin: "key general.alignment at byte 812", or without the byte where
  /// the key is absent.
  std::string place_of(std::string_view key) const;

  /// Errors: kCorruptFile "key llama.block_count: missing, expected uint32" or
  /// "key llama.block_count at byte 812: expected uint32, found string", or "found int32 -1".
  template <class T>
  Result<T> get(std::string_view key) const;
  /// Empty when the key is absent; an error when it has another type.
  template <class T>
  Result<std::optional<T>> get_optional(std::string_view key) const;
  template <class T>
  Result<T> get_or(std::string_view key, T fallback) const {
    auto found = get_optional<T>(key);
    if (!found) return std::move(found).error();
    if (!found->has_value()) return fallback;
    return std::move(**found);
  }

  /// False, and unchanged, when the key is there already.
  bool add(std::string key, Value value, uint64_t offset_bytes);

 private:
  std::vector<Entry> entries_;
  std::map<std::string, size_t, std::less<>> index_;  // a hash could be flooded
};

/// `text` for an error message: control characters and bytes that are not ASCII escaped, long ones
/// cut.
std::string printable(std::string_view text);

}  // namespace realm::gguf
