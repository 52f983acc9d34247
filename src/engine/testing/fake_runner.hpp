// A StepRunner for tests. Its pages hold what was written: token, position and a hash of all tokens
// up to there. A row reads the pages of its whole sequence back and fails the step when anything
// stands there that the sequence did not write. Its logits are a function of that hash alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/str.hpp"
#include "engine/random.hpp"
#include "model/step.hpp"

namespace realm::testing {

class FakeRunner : public StepRunner {
 public:
  explicit FakeRunner(const StepLimits& limits)
      : limits_(limits), cells_(size(limits.n_blocks) * size(limits.block_tokens)) {}

  const StepLimits& limits() const override { return limits_; }

  Result<void> run(const Step& step, std::span<float> logits) override {
    ++runs;
    if (fault) REALM_TRY(fault(step));
    REALM_TRY(check_shape(step, logits));
    std::vector<uint64_t> chains;
    std::set<size_t> written;
    for (size_t row = 0; row < step.tokens.size(); ++row) {
      const auto& table = step.block_tables[size(step.sequences[row])];
      const int32_t position = step.positions[row];
      const uint64_t before = position == 0 ? kStart : cell(table, position - 1).chain;
      Cell& own = cell(table, position);
      if (!written.insert(static_cast<size_t>(&own - cells_.data())).second) {
        return broken(row, "writes where another row wrote");
      }
      own = {step.tokens[row], position, follow(before, step.tokens[row])};
      REALM_TRY(read_back(row, table, position));
      chains.push_back(own.chain);
    }
    for (size_t i = 0; i < step.logit_rows.size(); ++i) {
      write_logits(chains[size(step.logit_rows[i])],
                   logits.subspan(i * size(limits_.vocab_size), size(limits_.vocab_size)));
    }
    if (poison) poison(step, logits);
    return {};
  }

  static uint64_t chain_of(std::span<const int32_t> tokens) {
    uint64_t chain = kStart;
    for (const int32_t token : tokens) chain = follow(chain, token);
    return chain;
  }
  static void write_logits(uint64_t chain, std::span<float> logits) {
    for (size_t i = 0; i < logits.size(); ++i) {
      logits[i] = static_cast<float>(8 * random_unit(chain, i) - 4);
    }
  }

  int runs = 0;
  std::function<Result<void>(const Step&)> fault;             // fails a step before it begins
  std::function<void(const Step&, std::span<float>)> poison;  // spoils its logits

 private:
  struct Cell {
    int32_t token = -1;
    int32_t position = -1;
    uint64_t chain = 0;
  };
  static constexpr uint64_t kStart = 0x5eed;

  static size_t size(int32_t n) { return static_cast<size_t>(n); }
  static uint64_t follow(uint64_t chain, int32_t token) {
    return random_bits(chain, static_cast<uint64_t>(token));
  }
  static Error broken(size_t row, const char* what) {
    return Error{Code::kInternal, str("fake runner: row ", row, " ", what)};
  }
  Cell& cell(const std::vector<int32_t>& table, int32_t position) {
    const int32_t page = table[size(position / limits_.block_tokens)];
    return cells_[size(page) * size(limits_.block_tokens) + size(position % limits_.block_tokens)];
  }

  Result<void> read_back(size_t row, const std::vector<int32_t>& table, int32_t position) {
    uint64_t chain = kStart;
    for (int32_t p = 0; p <= position; ++p) {
      const Cell& c = cell(table, p);
      chain = follow(chain, c.token);
      if (c.position != p || c.chain != chain) return broken(row, "finds foreign keys and values");
    }
    return {};
  }

  Result<void> check_shape(const Step& step, std::span<float> logits) const {
    const size_t rows = step.tokens.size();
    if (rows == 0 || rows > size(limits_.max_rows)) return broken(rows, "rows in all");
    if (step.positions.size() != rows || step.sequences.size() != rows) {
      return broken(rows, "rows, but not of everything");
    }
    if (step.block_tables.size() > size(limits_.max_sequences)) {
      return broken(step.block_tables.size(), "sequences in all");
    }
    if (logits.size() != step.logit_rows.size() * size(limits_.vocab_size)) {
      return broken(logits.size(), "logits in all");
    }
    for (size_t row = 0; row < rows; ++row) {
      const int32_t s = step.sequences[row];
      if (s < 0 || size(s) >= step.block_tables.size()) return broken(row, "is of no sequence");
      if (row > 0 && s == step.sequences[row - 1]) {
        if (step.positions[row] != step.positions[row - 1] + 1) return broken(row, "skips");
      } else if (row > 0 && s != step.sequences[row - 1] + 1) {
        return broken(row, "is apart from its sequence");
      }
      const int32_t position = step.positions[row];
      if (position < 0 || position >= limits_.context_tokens) return broken(row, "is outside");
      const auto& table = step.block_tables[size(s)];
      if (size(position / limits_.block_tokens) >= table.size()) return broken(row, "has no page");
      if (std::ranges::any_of(table, [&](int32_t p) { return p < 0 || p >= limits_.n_blocks; })) {
        return broken(row, "names a page that is not there");
      }
    }
    for (const int32_t row : step.logit_rows) {
      if (row < 0 || size(row) >= rows) return broken(rows, "rows, logits of another");
    }
    return {};
  }

  StepLimits limits_;
  std::vector<Cell> cells_;
};

}  // namespace realm::testing
