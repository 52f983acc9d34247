// How the next token is chosen from the model's logits.
//
// The steps run in this order, each over what the one before left:
//   1. repeat_penalty: the logit of a token among the last repeat_last_n tokens (prompt included)
//      is divided by the penalty when positive, multiplied when not;
//   2. temperature 0: the token with the largest logit, and nothing below matters; ties go to the
//      lowest id, here and in every step;
//   3. top_k: the top_k largest logits stay;
//   4. top_p: of the softmax of what is left, the most probable tokens stay until their sum
//      reaches top_p (the one that reaches it stays);
//   5. min_p: tokens with at least min_p times the probability of the best stay;
//   6. temperature: logits are divided by it, and one token is drawn from their softmax.
// At least one token always stays. The draw depends on (seed, position of the token) alone: the
// same seed gives the same text, whatever else the engine does at the time.
#pragma once

#include <cstdint>
#include <optional>

#include "realm/error.hpp"

namespace realm {

struct SamplingParams {
  float temperature = 0.8f;     ///< 0 .. 100; 0: greedy
  int32_t top_k = 40;           ///< 0 and up; 0: off
  float top_p = 0.95f;          ///< 0 .. 1; 1: off
  float min_p = 0.05f;          ///< 0 .. 1; 0: off
  float repeat_penalty = 1.0f;  ///< 0.01 .. 100; 1: off
  int32_t repeat_last_n = 64;   ///< tokens looked back at, -1 and up; 0: off, -1: all
  /// Missing: the engine draws one and tells it when the request has finished.
  std::optional<uint64_t> seed = {};
};

/// kInvalidArgument with the name, value and range of the first field outside its range. NaN is
/// outside of every range.
Result<void> check(const SamplingParams& params);

}  // namespace realm
