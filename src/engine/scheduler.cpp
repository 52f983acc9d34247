#include "engine/scheduler.hpp"

#include <algorithm>
#include <span>

#include "base/str.hpp"

namespace realm {
namespace {

int32_t pages_for(int32_t tokens, int32_t block_tokens) {
  return (tokens + block_tokens - 1) / block_tokens;
}

std::span<const int32_t> page_tokens(const Sequence& s, int32_t page, int32_t block_tokens) {
  return std::span(s.tokens).subspan(static_cast<size_t>(page) * static_cast<size_t>(block_tokens),
                                     static_cast<size_t>(block_tokens));
}

bool by_arrival(const Sequence* a, const Sequence* b) { return a->id < b->id; }

// Oldest first, so that a preempted sequence keeps its turn.
void preempt_youngest(SequenceQueues& queues, BlockPool& pool, StepPlan& plan) {
  Sequence* victim = queues.running.back();
  queues.running.pop_back();
  pool.release_table(victim->blocks);
  victim->computed = 0;
  victim->published = 0;
  ++victim->preemptions;
  queues.waiting.insert(std::ranges::lower_bound(queues.waiting, victim, by_arrival), victim);
  plan.preempted.push_back(victim);
}

// Every running sequence gets the pages that its known tokens need, or has to go.
void grow_running(SequenceQueues& queues, BlockPool& pool, StepPlan& plan) {
  for (size_t i = 0; i < queues.running.size(); ++i) {
    Sequence* s = queues.running[i];
    const auto want = static_cast<size_t>(pages_for(s->n_tokens(), pool.block_tokens()));
    while (s->blocks.size() < want) {
      if (const auto page = pool.allocate()) {
        s->blocks.push_back(*page);
        continue;
      }
      const bool itself = queues.running.back() == s;
      preempt_youngest(queues, pool, plan);
      if (itself) break;
    }
  }
}

// Takes over pages that others have published since, for a sequence that stands at a page's edge.
// The last known token is always computed: its logits are what the step is for.
void adopt_published(Sequence& s, BlockPool& pool) {
  const int32_t size = pool.block_tokens();
  while (s.computed % size == 0 && s.computed + size < s.n_tokens()) {
    const int32_t page = s.computed / size;
    if (s.published != page) return;  // a collision left a parent unpublished
    const auto at = static_cast<size_t>(page);
    const BlockId parent = page == 0 ? kNoBlock : s.blocks[at - 1];
    const BlockId known = pool.find(parent, page_tokens(s, page, size));
    if (known == kNoBlock) return;
    pool.acquire(known);
    pool.release(s.blocks[at]);
    s.blocks[at] = known;
    s.computed += size;
    s.published += 1;
    if (s.preemptions == 0) s.cached_tokens += size;
  }
}

// What stands behind the last full page of a sequence that goes, for who goes on from there.
void leave_tail(const Sequence& s, BlockPool& pool) {
  const int32_t size = pool.block_tokens();
  const int32_t full = s.computed / size;
  const int32_t rest = s.computed % size;
  if (rest == 0 || s.published != full) return;
  const auto at = static_cast<size_t>(full);
  pool.leave_tail(
      s.blocks[at], full == 0 ? kNoBlock : s.blocks[at - 1],
      std::span(s.tokens).subspan(at * static_cast<size_t>(size), static_cast<size_t>(rest)));
}

bool admit(Sequence& s, size_t n_running, BlockPool& pool, const Budget& budget) {
  const int32_t size = pool.block_tokens();
  // The last known token is always computed.
  const std::span<const int32_t> known = std::span(s.tokens).first(s.tokens.size() - 1);
  std::vector<BlockId> found;
  BlockPool::Tail tail;
  if (budget.share_prefixes) {
    found = pool.match(known);
    const size_t rest = found.size() * static_cast<size_t>(size);
    tail = pool.find_tail(found.empty() ? kNoBlock : found.back(), known.subspan(rest));
  }
  const auto is_free = [&](BlockId id) { return pool.refs(id) == 0; };
  const auto found_free = static_cast<int32_t>(std::ranges::count_if(found, is_free));
  const auto n_found = static_cast<int32_t>(found.size());
  const int32_t fresh = pages_for(s.n_tokens(), size) - n_found;  // a tail is free too
  if (fresh + found_free + static_cast<int32_t>(n_running) > pool.n_free()) return false;

  for (const BlockId id : found) pool.acquire(id);
  s.blocks = std::move(found);
  s.published = n_found;
  s.computed = n_found * size + tail.tokens;
  if (s.preemptions == 0) s.cached_tokens = s.computed;
  if (tail.id != kNoBlock) {
    pool.take_tail(tail.id);
    s.blocks.push_back(tail.id);
  }
  const auto pages = static_cast<size_t>(n_found + fresh);
  while (s.blocks.size() < pages) s.blocks.push_back(pool.allocate().value_or(kNoBlock));
  return true;
}

void admit_waiting(SequenceQueues& queues, BlockPool& pool, const Budget& budget, StepPlan& plan) {
  while (!queues.waiting.empty() &&
         queues.running.size() < static_cast<size_t>(budget.max_running)) {
    Sequence* s = queues.waiting.front();
    if (!admit(*s, queues.running.size(), pool, budget)) return;
    queues.waiting.pop_front();
    queues.running.insert(std::ranges::upper_bound(queues.running, s, by_arrival), s);
    plan.admitted.push_back(s);
  }
}

void add_rows(StepPlan& plan, Sequence& s, int32_t count) {
  Step& step = plan.step;
  const auto index = static_cast<int32_t>(plan.work.size());
  Work work{.sequence = &s, .first = s.computed, .count = count};
  for (int32_t i = 0; i < count; ++i) {
    step.tokens.push_back(s.tokens[static_cast<size_t>(s.computed + i)]);
    step.positions.push_back(s.computed + i);
    step.sequences.push_back(index);
  }
  if (s.computed + count == s.n_tokens()) {
    work.logits = static_cast<int32_t>(step.logit_rows.size());
    step.logit_rows.push_back(static_cast<int32_t>(step.tokens.size()) - 1);
  }
  std::vector<int32_t>& table = step.block_tables.emplace_back();
  table.reserve(s.blocks.size());
  for (const BlockId id : s.blocks) table.push_back(raw(id));
  plan.work.push_back(work);
}

}  // namespace

Result<Budget> make_budget(const StepLimits& limits, int32_t max_running, int32_t chunk_tokens) {
  if (limits.vocab_size < 1 || limits.context_tokens < 1 || limits.block_tokens < 1 ||
      limits.n_blocks < 1 || limits.max_rows < 1 || limits.max_sequences < 1) {
    return Error{Code::kInvalidArgument,
                 str("step limits must be positive: vocab_size ", limits.vocab_size,
                     ", context_tokens ", limits.context_tokens, ", block_tokens ",
                     limits.block_tokens, ", n_blocks ", limits.n_blocks, ", max_rows ",
                     limits.max_rows, ", max_sequences ", limits.max_sequences)};
  }
  if (max_running < 1 || chunk_tokens < 1) {
    return Error{Code::kInvalidArgument, str("max_running ", max_running, " and chunk_tokens ",
                                             chunk_tokens, " must be at least 1")};
  }
  Budget budget{.max_rows = limits.max_rows};
  budget.max_running = std::min({max_running, limits.max_sequences, limits.max_rows});
  budget.chunk_tokens = std::min(chunk_tokens, limits.max_rows - budget.max_running + 1);
  if (budget.chunk_tokens < chunk_tokens && budget.chunk_tokens >= limits.block_tokens) {
    budget.chunk_tokens -= budget.chunk_tokens % limits.block_tokens;
  }
  return budget;
}

StepPlan schedule(SequenceQueues& queues, BlockPool& pool, const Budget& budget) {
  StepPlan plan;
  grow_running(queues, pool, plan);
  // After a preemption pages are scarce: whoever came in now would be the next to go.
  if (plan.preempted.empty()) admit_waiting(queues, pool, budget, plan);

  if (budget.share_prefixes) {
    for (Sequence* s : queues.running) adopt_published(*s, pool);
  }
  int32_t rows_left = budget.max_rows;
  const auto is_decode = [](const Sequence* s) { return s->computed + 1 == s->n_tokens(); };
  for (Sequence* s : queues.running) {
    if (!is_decode(s)) continue;
    add_rows(plan, *s, 1);
    --rows_left;
  }
  for (Sequence* s : queues.running) {
    if (is_decode(s)) continue;
    const int32_t edge = (s->computed / budget.chunk_tokens + 1) * budget.chunk_tokens;
    const int32_t count = std::min(edge, s->n_tokens()) - s->computed;
    if (count > rows_left) continue;  // a later, shorter one may fit; this one is older next time
    add_rows(plan, *s, count);
    rows_left -= count;
  }
  return plan;
}

void commit(const StepPlan& plan, BlockPool& pool, const Budget& budget) {
  const int32_t size = pool.block_tokens();
  for (const Work& work : plan.work) {
    Sequence& s = *work.sequence;
    s.computed = work.first + work.count;
    if (!budget.share_prefixes) continue;
    for (; s.published < s.computed / size; ++s.published) {
      const auto at = static_cast<size_t>(s.published);
      const BlockId parent = at == 0 ? kNoBlock : s.blocks[at - 1];
      if (parent != kNoBlock && !pool.is_published(parent)) break;
      s.blocks[at] = pool.publish(s.blocks[at], parent, page_tokens(s, s.published, size));
      if (!pool.is_published(s.blocks[at])) break;
    }
  }
}

void retire(Sequence& sequence, SequenceQueues& queues, BlockPool& pool) {
  std::erase(queues.waiting, &sequence);
  std::erase(queues.running, &sequence);
  leave_tail(sequence, pool);
  pool.release_table(sequence.blocks);
}

}  // namespace realm
