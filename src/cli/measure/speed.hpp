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
  int32_t depth = 0;
  int32_t sequences = 1;
  int32_t repetitions = 5;

  int32_t context_tokens() const;  ///< longest sequence that it makes, at least 2
};

struct Measurement {
  std::string kind;             ///< "prompt" | "decode"
  int32_t tokens = 0;           ///< of one sequence
  int32_t sequences = 1;        ///< at a time
  std::vector<double> seconds;  ///< of each repetition

  std::vector<double> tokens_per_second() const;  ///< of all sequences together, sorted
  double median() const;                          ///< of tokens_per_second()
};

/// Prompt, then decode, each with a warm-up and load.repetitions runs.
Result<std::vector<Measurement>> measure(Session& session, const BenchLoad& load, Console& console);

}  // namespace realm::cli
