// Merging of neighbours by rank: the common core of byte-level BPE and SentencePiece BPE.
//
// A word begins as a chain of symbols (bytes or characters). Of all neighbours that the table can
// merge, the pair of the lowest rank, and of those the leftmost, becomes one symbol, until none is
// left. With a queue of candidates this takes n log n for a word of n symbols at worst.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "realm/error.hpp"

namespace realm {

/// A token's id below the vocabulary's size; above, a text that is only met on the way to a token.
using Symbol = int32_t;
constexpr Symbol kNoSymbol = -1;  ///< text that takes part in no merge

struct Merge {
  uint32_t rank = 0;  ///< lower merges first
  Symbol result = kNoSymbol;
};

/// (left, right) -> Merge. Built once, then immutable and shared.
class MergeTable {
 public:
  /// Room for so many pairs at once.
  void reserve(size_t pairs);
  /// Precondition: left and right are not kNoSymbol. The first entry of a pair stays.
  void add(Symbol left, Symbol right, Merge merge);

  /// A hint that the pair will be added or looked up soon. Precondition: reserve() was called.
  void expect(Symbol left, Symbol right) const {
    __builtin_prefetch(&slots_[home(key(left, right))]);
  }

  /// nullptr when the two do not merge; kNoSymbol merges with nothing.
  const Merge* find(Symbol left, Symbol right) const;

 private:
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };
  static constexpr uint64_t kEmpty = ~uint64_t{0};  // the key of (kNoSymbol, kNoSymbol)
  static uint64_t key(Symbol left, Symbol right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
  }
  // Fibonacci hashing: the product's high bits depend on all bits of the key.
  size_t home(uint64_t key) const {
    return static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & (slots_.size() - 1);
  }
  size_t slot(uint64_t key) const;
  void resize(size_t slots);

  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
  size_t size_ = 0;
};

/// The chain of a word. What merge() leaves is read by following next(i) from 0.
class MergeChain {
 public:
  static constexpr uint32_t kEnd = ~uint32_t{0};
  /// Up to this size all neighbours are looked at for every merge.
  static constexpr size_t kShortWord = 24;
  /// From this size on candidates wait in buckets by rank instead of one heap: short words have
  /// few, long ones many of few ranks.
  static constexpr size_t kLongWord = 1024;

  void clear() { symbols_.clear(); }
  void reserve(size_t symbols) { symbols_.reserve(symbols); }
  void push_back(Symbol symbol) { symbols_.push_back(symbol); }
  void merge(const MergeTable& table, size_t long_word = kLongWord);

  size_t size() const { return symbols_.size(); }  ///< as pushed, before merging
  uint32_t next(uint32_t i) const {
    const size_t next = size_t{i} + spans_[i];
    return next == size() ? kEnd : static_cast<uint32_t>(next);
  }
  Symbol symbol(uint32_t i) const { return symbols_[i]; }
  /// How many of the symbols that were pushed are in symbol i.
  uint32_t span(uint32_t i) const { return spans_[i]; }

 private:
  void merge_short(const MergeTable& table);
  template <class Queue>
  void merge_through(const MergeTable& table, Queue& queue);
  template <class Queue>
  void offer(const MergeTable& table, uint32_t left, Queue& queue) const;

  std::vector<Symbol> symbols_;
  // Of a symbol's first and last place: how many places it has. Between them old values stand.
  std::vector<uint32_t> spans_;
  std::vector<uint64_t> heap_;  // kept for its memory
};

}  // namespace realm
