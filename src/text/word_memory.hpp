// WordMemory: the words of one text whose ids are known, because most words come again. A slot
// points to a word's bytes and ids where they first stood; a word that finds its two slots taken
// takes one over, so that no text makes it grow. For one call, by one thread.
#pragma once

#include <algorithm>
#include <array>
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
      if (!holds(word, head_of(word))) return false;
      if (ids_ <= own_.size()) {
        out.insert(out.end(), own_.begin(), own_.begin() + ids_);
        return true;
      }
      const size_t end = out.size();
      out.resize(end + ids_);
      for (size_t i = 0; i < ids_; ++i) out[end + i] = out[first_ + i];
      return true;
    }
    /// Its ids are out[begin, end). The word's bytes must stay.
    void keep(std::string_view word, size_t begin, size_t end, const std::vector<TokenId>& out) {
      for (size_t i = 0; i < own_.size() && begin + i < end; ++i) own_[i] = out[begin + i];
      head_ = head_of(word);
      word_ = word.data();
      first_ = static_cast<uint32_t>(begin);
      size_ = static_cast<uint16_t>(word.size());
      ids_ = static_cast<uint16_t>(end - begin);
    }

   private:
    friend class WordMemory;
    // The first 8 bytes tell short words apart, and few ids stand here, too: the text and the ids
    // of where a word first stood have long left the caches.
    bool holds(std::string_view word, uint64_t head) const {
      return head_ == head && size_ == word.size() &&
             (word.size() <= sizeof(head) ||
              std::memcmp(word_ + sizeof(head), word.data() + sizeof(head),
                          word.size() - sizeof(head)) == 0);
    }

    uint64_t head_ = 0;
    const char* word_ = nullptr;
    uint32_t first_ = 0;
    uint16_t size_ = 0;  // 0: free
    uint16_t ids_ = 0;
    std::array<TokenId, 2> own_{};
  };

  /// For a text of that size.
  void reserve(size_t text_bytes) {
    size_t slots = 16;
    while (slots < kMaxSlots && slots < text_bytes / 8) slots *= 2;
    slots_.resize(slots);
  }

  /// The word's slot, or one that it may take; nullptr for a word so long that it hardly comes
  /// again.
  Slot* find(std::string_view word) {
    if (word.size() > kMaxWordBytes || word.empty()) return nullptr;
    const uint64_t head = head_of(word);
    const size_t hashed = hash(word, head);
    Slot* first = &slots_[hashed & (slots_.size() - 1)];
    if (first->size_ == 0 || first->holds(word, head)) return first;
    Slot* second = &slots_[(hashed ^ 1) & (slots_.size() - 1)];
    if (second->size_ == 0 || second->holds(word, head)) return second;
    return (hashed >> 30 & 1) != 0 ? first : second;
  }

 private:
  static constexpr size_t kMaxSlots = size_t{1} << 16;  // 2 MiB
  static constexpr size_t kMaxWordBytes = 64;

  template <class T>
  static T load(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof(value));
    return value;
  }
  // All bytes of a word of up to 8, with the size; the first 8 of a longer one.
  static uint64_t head_of(std::string_view word) {
    const char* data = word.data();
    const size_t size = word.size();
    if (size >= 8) return load<uint64_t>(data);
    if (size >= 4) {
      return uint64_t{load<uint32_t>(data)} << 32 | load<uint32_t>(data + size - 4);
    }
    const auto byte = [&](size_t i) { return uint64_t{static_cast<uint8_t>(data[i])}; };
    return byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1);
  }
  static size_t hash(std::string_view word, uint64_t head) {
    uint64_t h = (head ^ word.size()) * 0x9E3779B97F4A7C15u;
    for (size_t at = 8; at < word.size(); at += 8) {
      h ^= h >> 29;
      h = (h ^ load<uint64_t>(word.data() + std::min(at, word.size() - 8))) * 0x9E3779B97F4A7C15u;
    }
    return static_cast<size_t>(h >> 32);
  }

  std::vector<Slot> slots_;
};

}  // namespace realm
