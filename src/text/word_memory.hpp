// WordMemory: the words of one text whose ids are known, because most words come again. A slot
// points to a word's bytes and ids where they first stood; a word that finds its slot taken takes
// it over, so that no text makes it grow. For one call, by one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "realm/tokenizer.hpp"

namespace realm {

class WordMemory {
 public:
  class Slot {
   public:
    /// Appends the ids that stand in `out` already, if this slot is that word's.
    bool repeat(std::string_view word, std::vector<TokenId>& out) const {
      if (size_ != word.size() || std::memcmp(word_, word.data(), word.size()) != 0) return false;
      const size_t end = out.size();
      out.resize(end + ids_);
      std::copy_n(out.data() + first_, ids_, out.data() + end);
      return true;
    }
    /// Its ids are out[begin, end). The word's bytes must stay.
    void keep(std::string_view word, size_t begin, size_t end) {
      word_ = word.data();
      first_ = static_cast<uint32_t>(begin);
      size_ = static_cast<uint16_t>(word.size());
      ids_ = static_cast<uint16_t>(end - begin);
    }

   private:
    const char* word_ = nullptr;
    uint32_t first_ = 0;
    uint16_t size_ = 0;  // 0: free
    uint16_t ids_ = 0;
  };

  /// For a text of that size.
  void reserve(size_t text_bytes) {
    size_t slots = 16;
    while (slots < kMaxSlots && slots < text_bytes / 8) slots *= 2;
    slots_.resize(slots);
  }

  /// The word's slot; nullptr for one so long that it hardly comes again.
  Slot* find(std::string_view word) {
    if (word.size() > kMaxWordBytes || word.empty()) return nullptr;
    return &slots_[hash(word) & (slots_.size() - 1)];
  }

 private:
  static constexpr size_t kMaxSlots = size_t{1} << 15;
  static constexpr size_t kMaxWordBytes = 64;

  static size_t hash(std::string_view word) {
    uint64_t h = word.size();
    size_t at = 0;
    do {
      uint64_t part = 0;
      std::memcpy(&part, word.data() + at, std::min(word.size() - at, sizeof(part)));
      h = (h ^ part) * 0x9E3779B97F4A7C15u;
      h ^= h >> 29;
      at += sizeof(part);
    } while (at < word.size());
    return static_cast<size_t>(h >> 32);
  }

  std::vector<Slot> slots_;
};

}  // namespace realm
