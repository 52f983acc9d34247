#include "model/check_step.hpp"

#include "base/str.hpp"

namespace realm {
namespace {

Error wrong(const std::string& story) { return {Code::kInvalidArgument, "step: " + story}; }

Result<void> check_tables(const Step& step, const StepLimits& limits) {
  if (step.block_tables.size() > static_cast<size_t>(limits.max_sequences)) {
    return wrong(str(step.block_tables.size(), " sequences, at most ", limits.max_sequences));
  }
  const auto max_blocks =
      static_cast<size_t>((limits.context_tokens + limits.block_tokens - 1) / limits.block_tokens);
  for (size_t s = 0; s < step.block_tables.size(); ++s) {
    if (step.block_tables[s].size() > max_blocks) {
      return wrong(str("sequence ", s, " has ", step.block_tables[s].size(), " pages, at most ",
                       max_blocks));
    }
    for (const int32_t block : step.block_tables[s]) {
      if (block < 0 || block >= limits.n_blocks) {
        return wrong(str("sequence ", s, " names page ", block, " of ", limits.n_blocks));
      }
    }
  }
  return {};
}

Result<void> check_row(const Step& step, const StepLimits& limits, size_t i) {
  if (step.tokens[i] < 0 || step.tokens[i] >= limits.vocab_size) {
    return wrong(str("row ", i, ": token ", step.tokens[i], " of ", limits.vocab_size));
  }
  const int32_t s = step.sequences[i];
  if (s < 0 || static_cast<size_t>(s) >= step.block_tables.size()) {
    return wrong(str("row ", i, ": sequence ", s, " of ", step.block_tables.size()));
  }
  const int32_t position = step.positions[i];
  if (position < 0 || position >= limits.context_tokens) {
    return wrong(str("row ", i, ": position ", position, " of ", limits.context_tokens));
  }
  const auto block = static_cast<size_t>(position / limits.block_tokens);
  if (block >= step.block_tables[static_cast<size_t>(s)].size()) {
    return wrong(str("row ", i, ": sequence ", s, " has no page for position ", position));
  }
  if (i > 0 && step.sequences[i - 1] == s && step.positions[i - 1] >= position) {
    return wrong(str("row ", i, ": position ", position, " follows ", step.positions[i - 1]));
  }
  if (!limits.whole_sequences) return {};
  const bool begins = i == 0 || step.sequences[i - 1] != s;
  const int32_t expected = begins ? 0 : step.positions[i - 1] + 1;
  if (position != expected) {
    return wrong(str("row ", i, ": position ", position, " of a sequence that has to be whole, ",
                     "expected ", expected));
  }
  return {};
}

}  // namespace

Result<void> check_step(const Step& step, const StepLimits& limits, size_t n_results,
                        int32_t width) {
  const size_t n = step.tokens.size();
  if (n > static_cast<size_t>(limits.max_rows)) {
    return wrong(str(n, " rows, at most ", limits.max_rows));
  }
  if (step.positions.size() != n || step.sequences.size() != n) {
    return wrong(str(n, " tokens, ", step.positions.size(), " positions, ", step.sequences.size(),
                     " sequences"));
  }
  REALM_TRY(check_tables(step, limits));
  std::vector<bool> seen(step.block_tables.size(), false);
  for (size_t i = 0; i < n; ++i) {
    REALM_TRY(check_row(step, limits, i));
    const auto s = static_cast<size_t>(step.sequences[i]);
    const bool begins = i == 0 || step.sequences[i - 1] != step.sequences[i];
    if (begins && seen[s]) return wrong(str("row ", i, ": sequence ", s, " stands in two places"));
    seen[s] = true;
  }
  for (const int32_t row : step.logit_rows) {
    if (row < 0 || static_cast<size_t>(row) >= n) {
      return wrong(str("logits of row ", row, " of ", n));
    }
  }
  if (step.logit_rows.size() > n) {
    return wrong(str("logits of ", step.logit_rows.size(), " rows of ", n));
  }
  if (n_results != step.logit_rows.size() * static_cast<size_t>(width)) {
    return wrong(
        str("room for ", n_results, " results, needed ", step.logit_rows.size(), " x ", width));
  }
  return {};
}

}  // namespace realm
