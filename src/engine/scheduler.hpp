// The scheduler decides which rows the next step computes. It is a pure function of the queues, the
// pool and the budget: same inputs, same step. Host-only, no clocks, no threads.
//
// Policy
//   - Sequences are served in order of arrival (SeqId). Nobody overtakes at admission, so nobody
//     starves: the oldest sequence is never preempted and always finds pages in the end, because
//     any one sequence fits the pool alone (the engine refuses longer ones).
//   - Rows that continue a running sequence by one token go first, then prompts in chunks. A chunk
//     ends at a multiple of chunk_tokens counted from the sequence's start, is computed whole in
//     one step, and a sequence takes at most one a step: how a prompt is cut depends on nothing but
//     its length (and on how much of it was found in the pool).
//   - A sequence is admitted when the pool has pages for all of its tokens and one spare page for
//     every sequence that runs. When a growing sequence finds no page, the youngest running one
//     gives up its pages, goes back to waiting and is computed again later; what it published may
//     still be found then.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "engine/block_pool.hpp"
#include "model/step.hpp"
#include "realm/error.hpp"

namespace realm {

/// Order of arrival.
enum class SeqId : uint64_t {};

/// What the scheduler knows of a request. tokens = prompt, then what was sampled.
struct Sequence {
  SeqId id{};
  std::vector<int32_t> tokens;
  int32_t computed = 0;         ///< leading tokens whose keys and values stand in the pages
  std::vector<BlockId> blocks;  ///< pages, in order of position
  int32_t published = 0;        ///< leading pages that are published
  int32_t cached_tokens = 0;    ///< tokens found in the pool instead of computed, at the first try
  int32_t preemptions = 0;

  int32_t n_tokens() const { return static_cast<int32_t>(tokens.size()); }
};

/// Both in order of SeqId. Sequences are owned elsewhere and outlive their stay here.
struct SequenceQueues {
  std::deque<Sequence*> waiting;
  std::vector<Sequence*> running;
};

struct Budget {
  int32_t max_rows = 0;      ///< rows of one step
  int32_t max_running = 0;   ///< sequences of one step
  int32_t chunk_tokens = 0;  ///< chunk_tokens + max_running - 1 <= max_rows
  bool share_prefixes = true;
};

/// The budget for a runner's limits. The chunk is made smaller where a chunk and a row of every
/// other sequence would not fit one step (whole pages if possible).
Result<Budget> make_budget(const StepLimits& limits, int32_t max_running, int32_t chunk_tokens);

/// Part of a step: tokens [first, first + count) of one sequence.
struct Work {
  Sequence* sequence = nullptr;
  int32_t first = 0;
  int32_t count = 0;
  int32_t logits = -1;  ///< row of the step's logits, when the last known token is computed
};

struct StepPlan {
  Step step;
  std::vector<Work> work;  ///< in order of the step's sequences
  std::vector<Sequence*> admitted;
  std::vector<Sequence*> preempted;
};

/// Moves sequences between the queues, gives and takes pages, and lists the rows to compute. Empty
/// work means that nothing runs and nothing waits.
StepPlan schedule(SequenceQueues& queues, BlockPool& pool, const Budget& budget);

/// After the step was computed: advances the sequences and publishes the pages that became full.
void commit(const StepPlan& plan, BlockPool& pool, const Budget& budget);

/// Takes a sequence out, wherever it stands, and gives its pages back.
void retire(Sequence& sequence, SequenceQueues& queues, BlockPool& pool);

}  // namespace realm
