#include "engine/block_pool.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/str.hpp"

namespace realm {

BlockPool::BlockPool(int32_t n_blocks, int32_t block_tokens, uint64_t hash_mask)
    : slots_(static_cast<size_t>(std::max(n_blocks, 0))),
      block_tokens_(block_tokens),
      hash_mask_(hash_mask) {
  for (int32_t i = 0; i < n_blocks; ++i) link_last(i);
}

std::optional<BlockId> BlockPool::allocate() {
  if (head_ < 0) return std::nullopt;
  const int32_t i = head_;
  unlink(i);
  Slot& slot = slots_[static_cast<size_t>(i)];
  if (slot.content != 0) {
    by_key_.erase(slot.key);
    slot.content = 0;
    slot.tokens.clear();
  }
  if (slot.tail) forget_tail(i);
  slot.refs = 1;
  return BlockId{i};
}

BlockId BlockPool::find(BlockId parent, std::span<const int32_t> tokens) const {
  const uint64_t content = content_of(parent);
  const auto found = by_key_.find(key_of(content, tokens));
  if (found == by_key_.end()) return kNoBlock;
  const Slot& slot = slots_[static_cast<size_t>(found->second)];
  if (slot.parent != content || !std::ranges::equal(slot.tokens, tokens)) return kNoBlock;
  return BlockId{found->second};
}

std::vector<BlockId> BlockPool::match(std::span<const int32_t> tokens) const {
  const auto step = static_cast<size_t>(block_tokens_);
  std::vector<BlockId> table;
  BlockId parent = kNoBlock;
  for (; tokens.size() >= step; tokens = tokens.subspan(step)) {
    parent = find(parent, tokens.first(step));
    if (parent == kNoBlock) break;
    table.push_back(parent);
  }
  return table;
}

void BlockPool::acquire(BlockId id) {
  Slot& slot = slots_[index(id)];
  if (slot.refs++ == 0) unlink(raw(id));
}

void BlockPool::release(BlockId id) {
  Slot& slot = slots_[index(id)];
  if (--slot.refs > 0) return;
  if (slot.content != 0 || slot.tail) {
    link_last(raw(id));
  } else {
    link_first(raw(id));
  }
}

void BlockPool::release_table(std::vector<BlockId>& table) {
  while (!table.empty()) {
    release(table.back());
    table.pop_back();
  }
}

BlockId BlockPool::publish(BlockId id, BlockId parent, std::span<const int32_t> tokens) {
  if (const BlockId known = find(parent, tokens); known != kNoBlock) {
    if (known == id) return id;
    acquire(known);
    release(id);
    return known;
  }
  const uint64_t content = content_of(parent);
  const uint64_t key = key_of(content, tokens);
  if (!by_key_.emplace(key, raw(id)).second) return id;
  Slot& slot = slots_[index(id)];
  slot.content = next_content_++;
  slot.parent = content;
  slot.key = key;
  slot.tokens.assign(tokens.begin(), tokens.end());
  return id;
}

void BlockPool::leave_tail(BlockId id, BlockId parent, std::span<const int32_t> tokens) {
  Slot& slot = slots_[index(id)];
  if (slot.refs != 1 || slot.content != 0 || tokens.empty()) return;
  slot.tail = true;
  slot.parent = content_of(parent);
  slot.tokens.assign(tokens.begin(), tokens.end());
  tails_.emplace(slot.parent, raw(id));
}

BlockPool::Tail BlockPool::find_tail(BlockId parent, std::span<const int32_t> tokens) const {
  Tail best;
  const auto [first, last] = tails_.equal_range(content_of(parent));
  for (auto at = first; at != last; ++at) {
    const std::vector<int32_t>& own = slots_[static_cast<size_t>(at->second)].tokens;
    const auto end = std::ranges::mismatch(own, tokens).in1;
    const auto common = static_cast<size_t>(end - own.begin());
    // Of equal ones the lowest page: the map's order is nobody's promise.
    const bool better = static_cast<int32_t>(common) > best.tokens ||
                        (static_cast<int32_t>(common) == best.tokens && at->second < raw(best.id));
    if (common > 0 && 2 * common >= own.size() && better) {
      best = {BlockId{at->second}, static_cast<int32_t>(common)};
    }
  }
  return best;
}

void BlockPool::take_tail(BlockId id) {
  unlink(raw(id));
  forget_tail(raw(id));
  slots_[index(id)].refs = 1;
}

void BlockPool::forget_tail(int32_t i) {
  Slot& slot = slots_[static_cast<size_t>(i)];
  const auto [first, last] = tails_.equal_range(slot.parent);
  tails_.erase(std::find_if(first, last, [i](const auto& entry) { return entry.second == i; }));
  slot.tail = false;
  slot.tokens.clear();
}

// Any mixing will do, equality is checked in full: a multiply-xorshift round a token.
uint64_t BlockPool::key_of(uint64_t parent, std::span<const int32_t> tokens) const {
  uint64_t h = (parent + 1) * 0x9e3779b97f4a7c15u;
  for (const int32_t token : tokens) {
    h = (h ^ static_cast<uint32_t>(token)) * 0xd6e8feb86659fd93u;
    h ^= h >> 32;
  }
  return h & hash_mask_;
}

void BlockPool::unlink(int32_t i) {
  Slot& slot = slots_[static_cast<size_t>(i)];
  (slot.prev < 0 ? head_ : slots_[static_cast<size_t>(slot.prev)].next) = slot.next;
  (slot.next < 0 ? tail_ : slots_[static_cast<size_t>(slot.next)].prev) = slot.prev;
  slot.prev = slot.next = -1;
  --n_free_;
  if (slot.content != 0) --n_cached_;
}

void BlockPool::link_first(int32_t i) {
  Slot& slot = slots_[static_cast<size_t>(i)];
  slot.prev = -1;
  slot.next = head_;
  (head_ < 0 ? tail_ : slots_[static_cast<size_t>(head_)].prev) = i;
  head_ = i;
  ++n_free_;
  if (slot.content != 0) ++n_cached_;
}

void BlockPool::link_last(int32_t i) {
  Slot& slot = slots_[static_cast<size_t>(i)];
  slot.prev = tail_;
  slot.next = -1;
  (tail_ < 0 ? head_ : slots_[static_cast<size_t>(tail_)].next) = i;
  tail_ = i;
  ++n_free_;
  if (slot.content != 0) ++n_cached_;
}

std::string BlockPool::check_invariants() const {
  std::unordered_map<uint64_t, int32_t> rank;  // content -> place in the free list; live: the end
  std::vector<bool> listed(slots_.size(), false);
  int32_t place = 0;
  int32_t cached = 0;
  int32_t before = -1;
  for (int32_t i = head_; i >= 0; i = slots_[static_cast<size_t>(i)].next, ++place) {
    const Slot& slot = slots_[static_cast<size_t>(i)];
    if (place > n_blocks()) return "the free list has a cycle";
    if (slot.refs != 0) return str("page ", i, " is free with ", slot.refs, " refs");
    if (slot.prev != before) return str("page ", i, " is linked wrongly");
    listed[static_cast<size_t>(i)] = true;
    before = i;
    if (slot.content == 0) continue;
    ++cached;
    rank[slot.content] = place;
  }
  if (place != n_free_) return str("the free list holds ", place, ", counted ", n_free_);
  if (cached != n_cached_) return str("cached pages ", cached, ", counted ", n_cached_);
  size_t published = 0;
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.refs < 0) return str("page ", i, " has ", slot.refs, " refs");
    if (!listed[i] && slot.refs == 0) return str("page ", i, " is neither free nor live");
    if (slot.content == 0) continue;
    ++published;
    if (slot.refs > 0) rank[slot.content] = n_blocks();
    const auto entry = by_key_.find(slot.key);
    if (entry == by_key_.end() || entry->second != static_cast<int32_t>(i)) {
      return str("page ", i, " is published but not findable");
    }
  }
  if (published != by_key_.size()) return "a page is findable but not published";
  size_t n_tails = 0;
  for (const Slot& slot : slots_) n_tails += slot.tail ? 1 : 0;
  if (n_tails != tails_.size()) return str(n_tails, " tails, ", tails_.size(), " findable");
  for (const auto& entry : tails_) {
    const Slot& slot = slots_[static_cast<size_t>(entry.second)];
    if (!slot.tail || slot.parent != entry.first || slot.refs != 0 || slot.content != 0) {
      return str("page ", entry.second, " is findable as a tail and is none");
    }
  }
  for (size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.content == 0 || slot.parent == 0) continue;
    const auto parent = rank.find(slot.parent);
    if (parent == rank.end()) return str("page ", i, " outlived its parent");
    if (parent->second < rank[slot.content]) return str("page ", i, " would outlive its parent");
  }
  return "";
}

}  // namespace realm
