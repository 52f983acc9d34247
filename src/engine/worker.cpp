#include "engine/worker.hpp"

#include <algorithm>

#include "base/str.hpp"

namespace realm {
namespace {

// The part of a step that belongs to one sequence, as a step of its own.
Step only(const Step& step, const Work& work, int32_t index) {
  Step one;
  for (size_t row = 0; row < step.tokens.size(); ++row) {
    if (step.sequences[row] != index) continue;
    one.tokens.push_back(step.tokens[row]);
    one.positions.push_back(step.positions[row]);
    one.sequences.push_back(0);
  }
  one.block_tables.push_back(step.block_tables[static_cast<size_t>(index)]);
  if (work.logits >= 0) one.logit_rows.push_back(work.count - 1);
  return one;
}

}  // namespace

Worker::Worker(StepRunner& runner, const Budget& budget)
    : runner_(runner),
      budget_(budget),
      pool_(runner.limits().n_blocks, runner.limits().block_tokens) {}

void Worker::add(std::unique_ptr<Generation> generation) {
  Sequence& sequence = generation->sequence();
  queues_.waiting.push_back(&sequence);
  generations_.emplace(sequence.id, std::move(generation));
}

void Worker::cancel(RequestId id) {
  const SeqId sequence{static_cast<uint64_t>(id)};
  const auto found = generations_.find(sequence);
  if (found == generations_.end()) return;
  found->second->end(FinishReason::kCancelled);
  drop(sequence);
}

void Worker::drop(SeqId id) {
  retire(generations_.at(id)->sequence(), queues_, pool_);
  generations_.erase(id);
}

std::span<float> Worker::logits(int32_t row) {
  const auto vocab = static_cast<size_t>(runner_.limits().vocab_size);
  return std::span(logits_).subspan(static_cast<size_t>(row) * vocab, vocab);
}

Result<void> Worker::step() {
  StepPlan plan = schedule(queues_, pool_, budget_);
  preemptions_ += plan.preempted.size();
  if (plan.work.empty()) {
    if (idle()) return {};
    return Error{Code::kInternal, str("the scheduler found nothing to compute for ",
                                      generations_.size(), " requests")};
  }
  for (const Sequence* s : plan.admitted) generation(*s).start();
  REALM_TRY(run(plan));
  ++steps_;
  commit(plan, pool_, budget_);
  for (const Work& work : plan.work) {
    if (work.logits < 0) continue;
    Generation& g = generation(*work.sequence);
    g.advance(logits(work.logits));
    if (g.finished()) drop(work.sequence->id);
  }
  return {};
}

Result<void> Worker::run(StepPlan& plan) {
  const auto vocab = static_cast<size_t>(runner_.limits().vocab_size);
  logits_.resize(plan.step.logit_rows.size() * vocab);
  Result<void> ok = runner_.run(plan.step, logits_);
  if (ok) return {};
  if (ok.error().code == Code::kDeviceLost) return ok;
  if (plan.work.size() > 1) return run_one_by_one(plan);
  Sequence& s = *plan.work.front().sequence;
  generation(s).end(FinishReason::kError, std::move(ok).error());
  drop(s.id);
  plan.work.clear();
  return {};
}

// The bits of a row do not depend on its neighbours, so nobody else notices.
Result<void> Worker::run_one_by_one(StepPlan& plan) {
  std::vector<Work> computed;
  for (size_t i = 0; i < plan.work.size(); ++i) {
    const Work& work = plan.work[i];
    const Step one = only(plan.step, work, static_cast<int32_t>(i));
    const std::span<float> out = work.logits < 0 ? std::span<float>() : logits(work.logits);
    if (Result<void> ok = runner_.run(one, out); ok) {
      computed.push_back(work);
    } else if (ok.error().code == Code::kDeviceLost) {
      return ok;
    } else {
      const SeqId id = work.sequence->id;
      generation(*work.sequence).end(FinishReason::kError, std::move(ok).error());
      drop(id);
    }
  }
  plan.work = std::move(computed);
  return {};
}

void Worker::end_all(FinishReason reason, const std::optional<Error>& error) {
  std::vector<SeqId> ids;
  for (const auto& entry : generations_) ids.push_back(entry.first);
  std::ranges::sort(ids);
  for (const SeqId id : ids) {
    generations_.at(id)->end(reason, error);
    drop(id);
  }
}

EngineStats Worker::stats() const {
  return {.running = static_cast<int32_t>(queues_.running.size()),
          .waiting = static_cast<int32_t>(queues_.waiting.size()),
          .cache_pages = pool_.n_blocks(),
          .cache_pages_used = pool_.n_blocks() - pool_.n_free(),
          .preemptions = preemptions_,
          .steps = steps_};
}

std::string Worker::check_invariants() const {
  if (std::string wrong = pool_.check_invariants(); !wrong.empty()) return wrong;
  if (queues_.running.size() + queues_.waiting.size() != generations_.size()) {
    return str(generations_.size(), " requests, ", queues_.running.size(), " running, ",
               queues_.waiting.size(), " waiting");
  }
  if (idle() && pool_.n_free() != pool_.n_blocks()) {
    return str("idle, but ", pool_.n_blocks() - pool_.n_free(), " pages are held");
  }
  return {};
}

}  // namespace realm
