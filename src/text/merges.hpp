// Merging of neighbours by rank: the common core of byte-level BPE and SentencePiece BPE.
//
// A word begins as a chain of symbols (bytes or characters). Of all neighbours that the table can
// merge, the pair of the lowest rank, and of those the leftmost, becomes one symbol, until none is
// left. With a heap of candidates this takes n log n for a word of n symbols.
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
  /// Precondition: left and right are not kNoSymbol. The first entry of a pair stays.
  void add(Symbol left, Symbol right, Merge merge);

  /// nullptr when the two do not merge; kNoSymbol merges with nothing.
  const Merge* find(Symbol left, Symbol right) const;

 private:
  struct Slot {
    uint64_t key = kEmpty;
    Merge merge;
  };
  static constexpr uint64_t kEmpty = ~uint64_t{0};  // the key of (kNoSymbol, kNoSymbol)
  static uint64_t key(Symbol left, Symbol right);
  size_t slot(uint64_t key) const;
  void grow();

  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
  size_t size_ = 0;
};

/// The chain of a word. What merge() leaves is read by following next(i)
/// from 0.
class MergeChain {
 public:
  static constexpr uint32_t kEnd = ~uint32_t{0};

  void clear() { links_.clear(); }
  /// Appends a symbol that begins at byte `begin` of the word.
  void push_back(Symbol symbol, uint32_t begin);
  void merge(const MergeTable& table);

  size_t size() const { return links_.size(); }  ///< as pushed, before merging
  uint32_t next(uint32_t i) const { return links_[i].next; }
  Symbol symbol(uint32_t i) const { return links_[i].symbol; }
  uint32_t begin(uint32_t i) const { return links_[i].begin; }

 private:
  struct Link {
    Symbol symbol;
    uint32_t begin;
    uint32_t previous;
    uint32_t next;
  };
  void offer(const MergeTable& table, uint32_t left);

  std::vector<Link> links_;
  // rank << 32 | left. An entry is stale when its left symbol is gone or merges with its neighbour
  // at another rank by now; popping it looks the pair up again.
  std::vector<uint64_t> heap_;
};

}  // namespace realm
