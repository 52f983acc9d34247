#include "engine/block_pool.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/testing/test_rng.hpp"

namespace realm {
namespace {

using Tokens = std::vector<int32_t>;

// A pool under random use, with a plain account of who holds what and what stands in which page.
class PoolUse {
 public:
  PoolUse(int32_t n_blocks, int32_t block_tokens, uint64_t mask, uint64_t seed)
      : pool(n_blocks, block_tokens, mask), rng_(seed) {}

  struct Table {
    Tokens tokens;  // whole pages
    std::vector<BlockId> pages;
    size_t published = 0;
  };

  // Takes what is found of a random text, and fresh pages for the rest.
  void open() {
    Table t;
    for (int64_t pages = 1 + rng_.below(5); pages > 0; --pages) {
      const auto word = static_cast<int32_t>(rng_.below(2));  // two words: prefixes are common
      for (int32_t i = 0; i < pool.block_tokens(); ++i) t.tokens.push_back(word * 100 + i);
    }
    const std::vector<BlockId> found = pool.match(t.tokens);
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_TRUE(pool.is_published(found[i]));
      ASSERT_EQ(written_[raw(found[i])], prefix(t, i)) << "the pool found a page with other tokens";
      pool.acquire(found[i]);
      t.pages.push_back(found[i]);
    }
    t.published = found.size();
    hits += found.size();
    while (t.pages.size() < n_pages(t)) {
      const int32_t free = pool.n_free();
      const auto page = pool.allocate();
      ASSERT_EQ(page.has_value(), free > 0);
      if (!page) break;
      ASSERT_EQ(pool.refs(*page), 1);
      ASSERT_FALSE(pool.is_published(*page));
      written_[raw(*page)] = prefix(t, t.pages.size());
      t.pages.push_back(*page);
    }
    if (t.pages.size() < n_pages(t)) return pool.release_table(t.pages);
    tables_.push_back(std::move(t));
  }

  void publish() {
    if (tables_.empty()) return;
    Table& t = any_table();
    if (t.published == t.pages.size()) return;
    const size_t at = t.published;
    const BlockId parent = at == 0 ? kNoBlock : t.pages[at - 1];
    if (parent != kNoBlock && !pool.is_published(parent)) return;
    const BlockId own = t.pages[at];
    const BlockId kept = pool.publish(own, parent, last_page(t, at));
    ASSERT_EQ(written_[raw(kept)], prefix(t, at));
    t.pages[at] = kept;
    if (pool.is_published(kept)) {
      ASSERT_EQ(pool.find(parent, last_page(t, at)), kept);
      ++t.published;
    } else {
      ASSERT_EQ(kept, own);
      ++collisions;
    }
  }

  void close() {
    if (tables_.empty()) return;
    Table& t = any_table();
    pool.release_table(t.pages);
    EXPECT_TRUE(t.pages.empty());
    std::swap(t, tables_.back());
    tables_.pop_back();
  }

  void step() {
    switch (rng_.below(6)) {
      case 0:
      case 1:
        return open();
      case 2:
        return close();
      default:
        return publish();
    }
  }

  void check() {
    ASSERT_EQ(pool.check_invariants(), "");
    std::map<int32_t, int32_t> holders;
    for (const Table& t : tables_) {
      for (size_t i = 0; i < t.pages.size(); ++i) {
        ++holders[raw(t.pages[i])];
        ASSERT_EQ(written_[raw(t.pages[i])], prefix(t, i)) << "a held page was handed out again";
      }
    }
    int32_t held = 0;
    for (int32_t i = 0; i < pool.n_blocks(); ++i) {
      ASSERT_EQ(pool.refs(BlockId{i}), holders[i]) << "page " << i;
      held += holders[i] > 0 ? 1 : 0;
    }
    ASSERT_EQ(pool.n_free(), pool.n_blocks() - held);
  }

  void close_all() {
    while (!tables_.empty()) close();
  }

  BlockPool pool;
  size_t hits = 0;
  size_t collisions = 0;

 private:
  size_t n_pages(const Table& t) const {
    return t.tokens.size() / static_cast<size_t>(pool.block_tokens());
  }
  std::span<const int32_t> last_page(const Table& t, size_t page) const {
    const auto size = static_cast<size_t>(pool.block_tokens());
    return std::span(t.tokens).subspan(page * size, size);
  }
  Tokens prefix(const Table& t, size_t page) const {
    const auto size = static_cast<size_t>(pool.block_tokens());
    return Tokens(t.tokens.begin(),
                  t.tokens.begin() + static_cast<std::ptrdiff_t>((page + 1) * size));
  }
  Table& any_table() {
    return tables_[static_cast<size_t>(rng_.below(static_cast<int64_t>(tables_.size())))];
  }

  Rng rng_;
  std::vector<Table> tables_;
  std::map<int32_t, Tokens> written_;  // by page: all tokens up to its end, as its writer had them
};

TEST(BlockPool, HoldsUnderRandomUse) {
  for (const uint64_t mask : {~uint64_t{0}, uint64_t{3}, uint64_t{0}}) {
    size_t hits = 0;
    size_t collisions = 0;
    for (uint64_t seed = 1; seed <= 30; ++seed) {
      SCOPED_TRACE("mask " + std::to_string(mask) + ", seed " + std::to_string(seed));
      PoolUse use(static_cast<int32_t>(1 + seed % 17), static_cast<int32_t>(1 + seed % 3), mask,
                  seed);
      for (int i = 0; i < 400; ++i) {
        use.step();
        use.check();
        if (HasFatalFailure()) return;
      }
      use.close_all();
      EXPECT_EQ(use.pool.n_free(), use.pool.n_blocks()) << "a page leaked";
      EXPECT_EQ(use.pool.check_invariants(), "");
      hits += use.hits;
      collisions += use.collisions;
    }
    EXPECT_GT(hits, 100u);
    EXPECT_EQ(collisions > 0, mask != ~uint64_t{0});
  }
}

TEST(BlockPool, EmptyPagesGoFirstThenTheLongestUnused) {
  BlockPool pool(4, 1);
  std::vector<BlockId> table;
  for (int i = 0; i < 3; ++i) table.push_back(*pool.allocate());
  const std::vector<BlockId> order = table;
  BlockId parent = kNoBlock;
  for (int32_t i = 0; i < 3; ++i) {
    const auto at = static_cast<size_t>(i);
    parent = pool.publish(table[at], parent, Tokens{i});
  }
  pool.release_table(table);
  EXPECT_EQ(pool.n_free(), 4);
  EXPECT_EQ(pool.n_cached(), 3);
  EXPECT_EQ(pool.match(Tokens{0, 1, 2, 3}), order);
  EXPECT_EQ(pool.allocate(), BlockId{3});  // never used
  EXPECT_EQ(pool.allocate(), order[2]);    // the end of the released table: its begin stays longer
  EXPECT_EQ(pool.match(Tokens{0, 1, 2}), std::vector<BlockId>(order.begin(), order.begin() + 2));
  EXPECT_EQ(pool.allocate(), order[1]);
  EXPECT_EQ(pool.allocate(), order[0]);
  EXPECT_EQ(pool.allocate(), std::nullopt);
  EXPECT_TRUE(pool.match(Tokens{0}).empty());
}

TEST(BlockPool, AnEqualPageIsSharedInsteadOfKeptTwice) {
  BlockPool pool(4, 2);
  const BlockId a = *pool.allocate();
  const BlockId b = *pool.allocate();
  EXPECT_EQ(pool.publish(a, kNoBlock, Tokens{7, 8}), a);
  EXPECT_EQ(pool.publish(a, kNoBlock, Tokens{7, 8}), a);  // again: no change
  EXPECT_EQ(pool.refs(a), 1);
  EXPECT_EQ(pool.publish(b, kNoBlock, Tokens{7, 8}), a);
  EXPECT_EQ(pool.refs(a), 2);
  EXPECT_EQ(pool.refs(b), 0);
  // The same tokens elsewhere are another page.
  const BlockId c = *pool.allocate();
  EXPECT_EQ(pool.publish(c, a, Tokens{7, 8}), c);
  EXPECT_EQ(pool.find(kNoBlock, Tokens{7, 8}), a);
  EXPECT_EQ(pool.find(a, Tokens{7, 8}), c);
  EXPECT_EQ(pool.find(c, Tokens{7, 8}), kNoBlock);
  EXPECT_EQ(pool.match(Tokens{7, 8, 7, 8, 7}), (std::vector<BlockId>{a, c}));
}

TEST(BlockPool, TailsAreTakenByOne) {
  BlockPool pool(3, 4);
  std::vector<BlockId> table = {*pool.allocate(), *pool.allocate()};
  pool.publish(table[0], kNoBlock, Tokens{1, 2, 3, 4});
  const BlockId tail = table[1];
  pool.leave_tail(tail, table[0], Tokens{5, 6, 7});
  const BlockId first = table[0];
  pool.release_table(table);
  ASSERT_EQ(pool.check_invariants(), "");
  EXPECT_EQ(pool.n_free(), 3);
  EXPECT_EQ(pool.find_tail(kNoBlock, Tokens{5, 6, 7}).id, kNoBlock) << "another place";
  EXPECT_EQ(pool.find_tail(first, Tokens{5, 9}).id, kNoBlock) << "less than half of it";
  EXPECT_EQ(pool.find_tail(first, Tokens{}).id, kNoBlock);
  EXPECT_EQ(pool.find_tail(first, Tokens{5, 6}).tokens, 2);
  const BlockPool::Tail found = pool.find_tail(first, Tokens{5, 6, 7, 8});
  EXPECT_EQ(found.id, tail);
  EXPECT_EQ(found.tokens, 3);
  pool.take_tail(tail);
  EXPECT_EQ(pool.refs(tail), 1);
  EXPECT_EQ(pool.n_free(), 2);
  EXPECT_EQ(pool.find_tail(first, Tokens{5, 6, 7, 8}).id, kNoBlock);
  ASSERT_EQ(pool.check_invariants(), "");
}

TEST(BlockPool, TailsGoBeforeThePagesInFrontOfThem) {
  BlockPool pool(3, 2);
  std::vector<BlockId> table = {*pool.allocate(), *pool.allocate()};
  const std::vector<BlockId> order = table;
  pool.publish(table[0], kNoBlock, Tokens{1, 2});
  pool.leave_tail(table[1], table[0], Tokens{3});
  pool.release_table(table);
  EXPECT_EQ(pool.allocate(), BlockId{2});  // never used
  EXPECT_EQ(pool.find_tail(order[0], Tokens{3}).id, order[1]);
  EXPECT_EQ(pool.allocate(), order[1]);
  EXPECT_EQ(pool.find_tail(order[0], Tokens{3}).id, kNoBlock);
  EXPECT_EQ(pool.match(Tokens{1, 2}).size(), 1u);
  ASSERT_EQ(pool.check_invariants(), "");
}

TEST(BlockPool, AReusedPageIsNotFoundUnderItsOldParent) {
  BlockPool pool(2, 1);
  std::vector<BlockId> table = {*pool.allocate(), *pool.allocate()};
  pool.publish(table[0], kNoBlock, Tokens{1});
  pool.publish(table[1], table[0], Tokens{2});
  pool.release_table(table);
  // Both pages are written anew, the first with other tokens in the parent's place.
  table = {*pool.allocate(), *pool.allocate()};
  EXPECT_EQ(pool.n_cached(), 0);
  pool.publish(table[0], kNoBlock, Tokens{3});
  EXPECT_EQ(pool.find(table[0], Tokens{2}), kNoBlock);
  EXPECT_TRUE(pool.match(Tokens{1, 2}).empty());
}

}  // namespace
}  // namespace realm
