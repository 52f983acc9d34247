// One step of a model over a batch of rows, as the engine sees it: host numbers in, logits out.
// An encoder has no logits, but states. The engine is tested against fakes of this interface;
// model/runner.hpp is the real one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "realm/error.hpp"

namespace realm {

/// Rows of one step. Row i is token tokens[i] at positions[i] of the sequence whose pages are
/// block_tables[sequences[i]]. Rows of one sequence stand together, in order of position.
struct Step {
  std::vector<int32_t> tokens;
  std::vector<int32_t> positions;
  std::vector<int32_t> sequences;                  ///< index into block_tables
  std::vector<std::vector<int32_t>> block_tables;  ///< page ids, enough for every position
  std::vector<int32_t> logit_rows;                 ///< rows whose logits are wanted
};

struct StepLimits {
  int32_t vocab_size = 0;
  int32_t context_tokens = 0;  ///< longest sequence
  int32_t block_tokens = 0;    ///< tokens a page holds
  int32_t n_blocks = 0;        ///< pages in all
  int32_t max_rows = 0;        ///< rows of one step
  int32_t max_sequences = 0;   ///< sequences of one step
  int32_t dim = 0;             ///< elements of a state
  /// Attention sees ahead: the rows of a sequence are the whole of it, from position 0 on.
  bool whole_sequences = false;
};

/// Not thread-safe: belongs to the engine's worker.
class StepRunner {
 public:
  virtual ~StepRunner() = default;
  virtual const StepLimits& limits() const = 0;
  /// Computes the step and writes logits of logit_rows, [logit_rows.size(), vocab_size]. The bits
  /// of a row depend only on its sequence's tokens, never on its neighbours.
  virtual Result<void> run(const Step& step, std::span<float> logits) = 0;
  /// As run(), but writes what logits are made of: states of logit_rows behind the last norm,
  /// [logit_rows.size(), dim].
  virtual Result<void> run_states(const Step& step, std::span<float> states) {
    (void)step, (void)states;
    return Error{Code::kUnsupported, "this runner gives no states"};
  }
};

}  // namespace realm
