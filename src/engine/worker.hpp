// Worker: the engine's loop without its thread: schedule, run, sample, tell. One call of step()
// computes one batch. Belongs to the one thread that may use the runner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/block_pool.hpp"
#include "engine/generation.hpp"
#include "engine/scheduler.hpp"
#include "model/step.hpp"
#include "realm/engine.hpp"
#include "realm/error.hpp"

namespace realm {

class Worker {
 public:
  /// Precondition: any one sequence of the runner's context fits the pool of its pages.
  Worker(StepRunner& runner, const Budget& budget);

  /// Ids must ascend: they are the order of arrival.
  void add(std::unique_ptr<Generation> generation);
  /// Ends a request; nothing happens when it is not here (any more).
  void cancel(RequestId id);
  bool idle() const { return generations_.empty(); }

  /// When a batch fails, its sequences are run one by one, and only those that fail alone end with
  /// the error. What comes back as an error is the end of everything: the device is lost.
  Result<void> step();

  /// Ends every request.
  void end_all(FinishReason reason, const std::optional<Error>& error = {});

  EngineStats stats() const;
  /// Empty when pool and queues are sound. For tests: walks everything.
  std::string check_invariants() const;

 private:
  Result<void> run(StepPlan& plan);
  Result<void> run_one_by_one(StepPlan& plan);
  std::span<float> logits(int32_t row);
  Generation& generation(const Sequence& sequence) { return *generations_.at(sequence.id); }
  void drop(SeqId id);

  StepRunner& runner_;
  Budget budget_;
  BlockPool pool_;
  SequenceQueues queues_;
  std::unordered_map<SeqId, std::unique_ptr<Generation>> generations_;
  std::vector<float> logits_;
  uint64_t steps_ = 0;
  uint64_t preemptions_ = 0;
};

}  // namespace realm
