// BlockPool hands out pages of a KV cache by number and lets sequences share pages whose tokens,
// and all tokens before them, are equal.
//
// A page is free (refs == 0), private (refs == 1) or shared (refs > 1). Only full pages are ever
// published, so a page that somebody else can hold is never written again. A published page stays
// findable while it is free, until it is handed out anew: pages without contents go first, then
// published ones, the longest unused first. A returning conversation so skips its prefill.
//
// Published pages form a trie: a page is known under (content of its parent, its tokens). Every
// publication gets a content number that is never used again, and tokens are compared in full, so a
// hash collision costs a miss and can never give wrong contents.
//
// A sequence that goes leaves the page behind its last full one as a tail: its first tokens stand
// there. It can be found while it is free, and is taken by one sequence alone, which writes on.
//
// Invariants, checked by check_invariants():
//   1. a page is in the free list exactly when its refs are 0;
//   2. refs == number of tables that hold the page (the caller's part: acquire/release in pairs);
//   3. a published page's parent is published, and is freed later than the page: who holds a page
//      holds its parents, and tables are released from their end (release_table).
// Not thread-safe: owned by the engine's worker thread. Holds no device memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace realm {

enum class BlockId : int32_t {};
constexpr BlockId kNoBlock{-1};
constexpr int32_t raw(BlockId id) { return static_cast<int32_t>(id); }

class BlockPool {
 public:
  /// `hash_mask` is for tests: few bits make collisions common.
  BlockPool(int32_t n_blocks, int32_t block_tokens, uint64_t hash_mask = ~uint64_t{0});

  int32_t n_blocks() const { return static_cast<int32_t>(slots_.size()); }
  int32_t block_tokens() const { return block_tokens_; }
  int32_t n_free() const { return n_free_; }
  /// Free pages that still hold published contents.
  int32_t n_cached() const { return n_cached_; }
  int32_t refs(BlockId id) const { return slots_[index(id)].refs; }
  bool is_published(BlockId id) const { return slots_[index(id)].content != 0; }

  /// A private page without contents, refs 1; nothing when every page is held.
  std::optional<BlockId> allocate();

  /// The published page with `tokens` (block_tokens of them) after `parent` (kNoBlock: at the
  /// start of a sequence), or kNoBlock. `parent` must be published. Takes no reference.
  BlockId find(BlockId parent, std::span<const int32_t> tokens) const;

  /// Pages of the longest published prefix of `tokens`, whole pages only. Takes no references.
  std::vector<BlockId> match(std::span<const int32_t> tokens) const;

  /// One more holder; a free page leaves the free list.
  void acquire(BlockId id);
  /// One holder less. The last one out puts the page into the free list.
  void release(BlockId id);
  /// Releases every page of a table, from its end, and empties it.
  void release_table(std::vector<BlockId>& table);

  /// Makes the full page `id` findable under (parent, tokens); `parent` must be published or
  /// kNoBlock. When an equal page is published already, the caller's reference moves to that page
  /// and `id` is released: the returned page is the one to keep in the table. After a hash
  /// collision the page stays unpublished (and so do its successors).
  BlockId publish(BlockId id, BlockId parent, std::span<const int32_t> tokens);

  /// A page that is not full, and how many of its tokens count.
  struct Tail {
    BlockId id = kNoBlock;
    int32_t tokens = 0;
  };
  /// Call before the only holder of the unpublished page `id` releases it: its first
  /// tokens.size() < block_tokens tokens stand behind `parent`, which is published or kNoBlock.
  void leave_tail(BlockId id, BlockId parent, std::span<const int32_t> tokens);
  /// The tail behind `parent` that has most of `tokens` in front; kNoBlock when none has at least
  /// half of its own in common with them: it is of more use to who left it.
  Tail find_tail(BlockId parent, std::span<const int32_t> tokens) const;
  /// What find_tail() found becomes a private page, refs 1, whose tokens stand.
  void take_tail(BlockId id);

  /// Empty when the invariants hold, else what is wrong. For tests: walks everything.
  std::string check_invariants() const;

 private:
  struct Slot {
    int32_t refs = 0;
    int32_t prev = -1;  // free list
    int32_t next = -1;
    uint64_t content = 0;  // 0: unpublished
    uint64_t parent = 0;   // content of the parent; 0: start of a sequence
    uint64_t key = 0;      // its place in by_key_
    bool tail = false;     // `parent` and `tokens` are a tail's: unpublished
    std::vector<int32_t> tokens;
  };

  static size_t index(BlockId id) { return static_cast<size_t>(id); }
  uint64_t content_of(BlockId id) const { return id == kNoBlock ? 0 : slots_[index(id)].content; }
  uint64_t key_of(uint64_t parent, std::span<const int32_t> tokens) const;
  void forget_tail(int32_t i);
  void unlink(int32_t i);
  void link_first(int32_t i);
  void link_last(int32_t i);

  std::vector<Slot> slots_;
  std::unordered_map<uint64_t, int32_t> by_key_;
  std::unordered_multimap<uint64_t, int32_t> tails_;  // by content of the parent
  int32_t block_tokens_;
  uint64_t hash_mask_;
  uint64_t next_content_ = 1;
  int32_t head_ = -1;  // next to be handed out
  int32_t tail_ = -1;
  int32_t n_free_ = 0;
  int32_t n_cached_ = 0;
};

}  // namespace realm
