// Feeds sequences to a StepRunner for tests: one driver holds the pages of several sequences and
// builds steps of any mixture of them.
#pragma once

#include <cstdint>
#include <vector>

#include "model/step.hpp"

namespace realm::tiny {

class Driver {
 public:
  /// Pages are given to `sequences` sequences in turns, the highest first: nobody's are in order.
  Driver(StepRunner& runner, int32_t sequences)
      : runner_(runner), next_(static_cast<size_t>(sequences)) {
    tables_.resize(next_.size());
    const StepLimits& limits = runner.limits();
    const int32_t each = (limits.context_tokens + limits.block_tokens - 1) / limits.block_tokens;
    for (int32_t b = 0; b < each * sequences && b < limits.n_blocks; ++b) {
      tables_[static_cast<size_t>(b % sequences)].push_back(limits.n_blocks - 1 - b);
    }
  }

  struct Part {
    int32_t sequence;
    std::vector<int32_t> tokens;
  };

  /// One step; logits of every row, or of each part's last row.
  Result<std::vector<std::vector<float>>> step(const std::vector<Part>& parts, bool all = true) {
    Step step;
    for (const Part& part : parts) {
      const auto table = static_cast<int32_t>(step.block_tables.size());
      step.block_tables.push_back(tables_[static_cast<size_t>(part.sequence)]);
      for (size_t i = 0; i < part.tokens.size(); ++i) {
        if (all || i + 1 == part.tokens.size()) {
          step.logit_rows.push_back(static_cast<int32_t>(step.tokens.size()));
        }
        step.tokens.push_back(part.tokens[i]);
        step.positions.push_back(next_[static_cast<size_t>(part.sequence)]++);
        step.sequences.push_back(table);
      }
    }
    const auto width = static_cast<size_t>(runner_.limits().vocab_size);
    std::vector<float> logits(step.logit_rows.size() * width);
    REALM_TRY(runner_.run(step, logits));
    std::vector<std::vector<float>> rows;
    for (size_t i = 0; i < step.logit_rows.size(); ++i) {
      rows.emplace_back(logits.begin() + static_cast<ptrdiff_t>(i * width),
                        logits.begin() + static_cast<ptrdiff_t>((i + 1) * width));
    }
    return rows;
  }

 private:
  StepRunner& runner_;
  std::vector<std::vector<int32_t>> tables_;
  std::vector<int32_t> next_;
};

}  // namespace realm::tiny
