#include "text/merges.hpp"

#include <algorithm>
#include <functional>

namespace realm {

uint64_t MergeTable::key(Symbol left, Symbol right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

size_t MergeTable::slot(uint64_t key) const {
  // Fibonacci hashing: the product's high bits depend on all bits of the key.
  const size_t mask = slots_.size() - 1;
  size_t i = static_cast<size_t>((key * 0x9E3779B97F4A7C15u) >> 32) & mask;
  while (slots_[i].key != kEmpty && slots_[i].key != key) i = (i + 1) & mask;
  return i;
}

void MergeTable::grow() {
  std::vector<Slot> old(slots_.empty() ? 1024 : slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& entry : old) {
    if (entry.key != kEmpty) slots_[slot(entry.key)] = entry;
  }
}

void MergeTable::add(Symbol left, Symbol right, Merge merge) {
  if (size_ * 2 >= slots_.size()) grow();
  Slot& entry = slots_[slot(key(left, right))];
  if (entry.key != kEmpty) return;
  entry = {key(left, right), merge};
  ++size_;
}

const Merge* MergeTable::find(Symbol left, Symbol right) const {
  if (left == kNoSymbol || right == kNoSymbol || slots_.empty()) return nullptr;
  const Slot& entry = slots_[slot(key(left, right))];
  return entry.key == kEmpty ? nullptr : &entry.merge;
}

void MergeChain::push_back(Symbol symbol, uint32_t begin) {
  const uint32_t i = static_cast<uint32_t>(links_.size());
  if (i > 0) links_[i - 1].next = i;
  links_.push_back({symbol, begin, i > 0 ? i - 1 : kEnd, kEnd});
}

void MergeChain::offer(const MergeTable& table, uint32_t left) {
  if (left == kEnd || links_[left].next == kEnd) return;
  const Merge* merge = table.find(links_[left].symbol, links_[links_[left].next].symbol);
  if (merge) heap_.push_back(static_cast<uint64_t>(merge->rank) << 32 | left);
}

void MergeChain::merge(const MergeTable& table) {
  heap_.clear();
  for (uint32_t i = 0; i + 1 < links_.size(); ++i) offer(table, i);
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>());

  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const uint64_t entry = heap_.back();
    heap_.pop_back();
    const uint32_t left = static_cast<uint32_t>(entry);
    Link& link = links_[left];
    const uint32_t right = link.next;
    if (right == kEnd) continue;
    const Merge* found = table.find(link.symbol, links_[right].symbol);
    if (!found || found->rank != entry >> 32) continue;

    link.symbol = found->result;
    link.next = links_[right].next;
    if (link.next != kEnd) links_[link.next].previous = left;
    links_[right].symbol = kNoSymbol;  // gone: its entries find no merge
    for (const uint32_t i : {link.previous, left}) {
      const size_t before = heap_.size();
      offer(table, i);
      if (heap_.size() > before) std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  }
}

}  // namespace realm
