// The measurements of `realm bench`: random tokens through a Session, on the clock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/terminal/console.hpp"
#include "realm/session.hpp"

namespace realm::cli {

struct BenchLoad {
  int32_t prompt = 512;
  int32_t decode = 128;
  std::vector<int32_t> depths = {0};     ///< tokens that stand in the context before
  std::vector<int32_t> sequences = {1};  ///< decoded together
  int32_t repetitions = 5;

  int32_t context_tokens() const;  ///< longest sequence that it makes, at least 2
  int32_t most_sequences() const;
};

struct Measurement {
  std::string kind;             ///< "prompt" | "decode"
  int32_t tokens = 0;           ///< of one sequence
  int32_t depth = 0;            ///< tokens before them
  int32_t sequences = 1;        ///< at a time
  std::vector<double> seconds;  ///< of each repetition

  std::vector<double> tokens_per_second() const;  ///< of all sequences together, sorted
  double median() const;                          ///< of tokens_per_second()
};

/// At every depth, from the least on, prompt and decode by each number of sequences: a warm-up and
/// load.repetitions runs, in turns.
Result<std::vector<Measurement>> measure(Session& session, const BenchLoad& load, Console& console);

}  // namespace realm::cli
