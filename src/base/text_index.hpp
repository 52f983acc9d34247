// TextIndex: texts of a list by what they say. A model's merges look up three texts each while it
// is loaded, so the index is small: 8 bytes a slot, at most half full, and a text is compared only
// where 32 bits of its hash agree. Immutable after the last add(), shared by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace realm {

class TextIndex {
 public:
  /// Room for `texts`, fewer than 2^31, which it does not keep: every call is given the same list.
  explicit TextIndex(const std::vector<std::string>& texts);
  /// Adds number `i` of the list; the first of equal texts stays.
  void add(const std::vector<std::string>& texts, size_t i);
  std::optional<size_t> find(const std::vector<std::string>& texts, std::string_view text) const {
    return find(texts, text, hash_of(text));
  }

  // The same in three steps, for who looks up many texts: what one of them waits for in memory, all
  // wait for together. The first two are hints.
  static uint64_t hash_of(std::string_view text);
  void expect(uint64_t hash) const { __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]); }
  void expect_text(const std::vector<std::string>& texts, uint64_t hash) const {
    const Slot& at = slots_[hash & (slots_.size() - 1)];
    if (at.number != kFree) __builtin_prefetch(&texts[at.number]);
  }
  std::optional<size_t> find(const std::vector<std::string>& texts, std::string_view text,
                             uint64_t hash) const;

 private:
  static constexpr uint32_t kFree = ~uint32_t{0};
  struct Slot {
    uint32_t tag = 0;  // of the text's hash
    uint32_t number = kFree;
  };
  // The slot of the text, or the free one where it would be.
  size_t slot(const std::vector<std::string>& texts, std::string_view text, uint64_t hash) const;

  std::vector<Slot> slots_;  // open addressing, a power of two
};

}  // namespace realm
