#include "text/merges.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <unordered_map>

namespace realm {

size_t MergeTable::slot(uint64_t key) const {
  const size_t mask = slots_.size() - 1;
  size_t i = home(key);
  while (slots_[i].key != kEmpty && slots_[i].key != key) i = (i + 1) & mask;
  return i;
}

void MergeTable::reserve(size_t pairs) {
  const size_t slots = std::bit_ceil(pairs * 2 + 1);
  if (slots > slots_.size()) resize(slots);
}

void MergeTable::resize(size_t slots) {
  std::vector<Slot> old(slots);
  old.swap(slots_);
  for (const Slot& entry : old) {
    if (entry.key != kEmpty) slots_[slot(entry.key)] = entry;
  }
}

void MergeTable::add(Symbol left, Symbol right, Merge merge) {
  if (size_ * 2 >= slots_.size()) resize(std::max<size_t>(1024, slots_.size() * 2));
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

namespace {

// Both queues hold candidates (rank, left) and give the lowest rank, of equal ranks the leftmost. A
// candidate is stale when its left symbol is gone or merges with its neighbour at another rank by
// now; who pops it looks the pair up again.

class HeapQueue {
 public:
  explicit HeapQueue(std::vector<uint64_t>& heap) : heap_(heap) { heap_.clear(); }

  /// Before the first pop, candidates come in any order and are put in order at once.
  void start() { std::make_heap(heap_.begin(), heap_.end(), std::greater<>()); }
  void fill(uint32_t rank, uint32_t left) { heap_.push_back(uint64_t{rank} << 32 | left); }
  void push(uint32_t rank, uint32_t left) {
    fill(rank, left);
    std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
  }
  bool pop(uint32_t& rank, uint32_t& left) {
    if (heap_.empty()) return false;
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    rank = static_cast<uint32_t>(heap_.back() >> 32);
    left = static_cast<uint32_t>(heap_.back());
    heap_.pop_back();
    return true;
  }

 private:
  std::vector<uint64_t>& heap_;
};

// A bucket for each rank. Merging goes from left to right, so that nearly every candidate comes
// behind those that its bucket holds: appending keeps the order, and memory is walked in order.
class BucketQueue {
 public:
  void start() {}
  void fill(uint32_t rank, uint32_t left) { push(rank, left); }
  void push(uint32_t rank, uint32_t left) {
    Bucket& bucket = of(rank);
    if (bucket.ordered.empty() || bucket.ordered.back() <= left) {
      bucket.ordered.push_back(left);
    } else {
      bucket.late.push_back(left);
      std::push_heap(bucket.late.begin(), bucket.late.end(), std::greater<>());
    }
    if (bucket.waiting) return;
    bucket.waiting = true;
    ranks_.push_back(rank);
    std::push_heap(ranks_.begin(), ranks_.end(), std::greater<>());
  }
  bool pop(uint32_t& rank, uint32_t& left) {
    if (ranks_.empty()) return false;
    rank = ranks_.front();
    Bucket& bucket = of(rank);
    const bool ordered = bucket.next < bucket.ordered.size();
    if (ordered && (bucket.late.empty() || bucket.ordered[bucket.next] <= bucket.late.front())) {
      left = bucket.ordered[bucket.next++];
    } else {
      std::pop_heap(bucket.late.begin(), bucket.late.end(), std::greater<>());
      left = bucket.late.back();
      bucket.late.pop_back();
    }
    if (bucket.next == bucket.ordered.size()) {
      bucket.ordered.clear();
      bucket.next = 0;
      if (bucket.late.empty()) {
        bucket.waiting = false;
        std::pop_heap(ranks_.begin(), ranks_.end(), std::greater<>());
        ranks_.pop_back();
      }
    }
    return true;
  }

 private:
  struct Bucket {
    std::vector<uint32_t> ordered;  // from `next` on
    size_t next = 0;
    std::vector<uint32_t> late;  // a heap of those that came in front of what `ordered` ends with
    bool waiting = false;        // not empty, and its rank is in ranks_
  };

  Bucket& of(uint32_t rank) {
    if (!last_ || rank != last_rank_) {
      last_ = &buckets_[rank];  // a node of the map: stays where it is
      last_rank_ = rank;
    }
    return *last_;
  }

  std::unordered_map<uint32_t, Bucket> buckets_;
  std::vector<uint32_t> ranks_;  // a heap of the ranks whose bucket waits
  Bucket* last_ = nullptr;
  uint32_t last_rank_ = 0;
};

}  // namespace

template <class Queue>
void MergeChain::offer(const MergeTable& table, uint32_t left, Queue& queue) const {
  const uint32_t right = next(left);
  if (right == kEnd) return;
  if (const Merge* merge = table.find(symbols_[left], symbols_[right])) {
    queue.push(merge->rank, left);
  }
}

template <class Queue>
void MergeChain::merge_through(const MergeTable& table, Queue& queue) {
  for (size_t i = 0; i + 1 < size(); ++i) {
    const Merge* merge = table.find(symbols_[i], symbols_[i + 1]);
    if (merge) queue.fill(merge->rank, static_cast<uint32_t>(i));
  }
  queue.start();
  for (uint32_t rank = 0, left = 0; queue.pop(rank, left);) {
    if (symbols_[left] == kNoSymbol) continue;
    const uint32_t right = next(left);
    if (right == kEnd) continue;
    const Merge* found = table.find(symbols_[left], symbols_[right]);
    if (!found || found->rank != rank) continue;

    const uint32_t span = spans_[left] + spans_[right];
    symbols_[left] = found->result;
    symbols_[right] = kNoSymbol;  // gone: its candidates find no merge
    spans_[left] = spans_[left + span - 1] = span;
    if (left > 0) offer(table, left - spans_[left - 1], queue);
    offer(table, left, queue);
  }
}

// Without a queue: the symbols that are left stand together, with the merge of each and the next.
void MergeChain::merge_short(const MergeTable& table) {
  struct Link {
    Symbol symbol;
    uint32_t rank;  // kNoMerge: none
    Symbol result;
    uint32_t span;
  };
  constexpr uint32_t kNoMerge = ~uint32_t{0};
  std::array<Link, kShortWord> links;
  size_t count = size();
  const auto look_up = [&](size_t i) {
    const Merge* merge = i + 1 < count ? table.find(links[i].symbol, links[i + 1].symbol) : nullptr;
    links[i].rank = merge ? merge->rank : kNoMerge;
    links[i].result = merge ? merge->result : kNoSymbol;
  };
  for (size_t i = 0; i < count; ++i) links[i] = {symbols_[i], kNoMerge, kNoSymbol, 1};
  for (size_t i = 0; i < count; ++i) look_up(i);
  for (;;) {
    size_t best = 0;
    for (size_t i = 1; i < count; ++i) {
      if (links[i].rank < links[best].rank) best = i;
    }
    if (count == 0 || links[best].rank == kNoMerge) break;
    links[best].symbol = links[best].result;
    links[best].span += links[best + 1].span;
    --count;
    for (size_t i = best + 1; i < count; ++i) links[i] = links[i + 1];
    look_up(best);
    if (best > 0) look_up(best - 1);
  }
  for (size_t i = 0, place = 0; i < count; ++i) {
    const uint32_t span = links[i].span;
    for (size_t inner = 1; inner < span; ++inner) symbols_[place + inner] = kNoSymbol;
    symbols_[place] = links[i].symbol;
    spans_[place] = spans_[place + span - 1] = span;
    place += span;
  }
}

void MergeChain::merge(const MergeTable& table, size_t long_word) {
  spans_.assign(size(), 1);
  if (size() <= kShortWord && size() < long_word) {
    merge_short(table);
  } else if (size() < long_word) {
    HeapQueue queue(heap_);
    merge_through(table, queue);
  } else {
    BucketQueue queue;
    merge_through(table, queue);
  }
}

}  // namespace realm
