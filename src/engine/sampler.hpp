// Sampler: chooses a token from one row of logits. realm/sampling.hpp says what the steps mean and
// in which order they run; here is how each is computed.
//
// Probabilities are computed in double from exp(logit - largest logit). Candidates are ordered by
// (logit descending, id ascending): a total order, so the set that a step keeps is unique. The draw
// walks over what is left in ascending order of id.
// Steps are pure functions; a Sampler only keeps its memory between calls. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "realm/error.hpp"
#include "realm/sampling.hpp"

namespace realm {

struct Candidate {
  int32_t id = 0;
  float logit = 0;
};

/// Better candidates first.
constexpr bool before(const Candidate& a, const Candidate& b) {
  return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
}

/// Logits of the ids in `recent` become less likely, each once, however often it occurs.
void penalize_repeats(std::span<float> logits, std::span<const int32_t> recent, float penalty);

/// The first of the largest.
int32_t argmax(std::span<const float> logits);

/// Fills `kept` with the k best (all when k is 0), in no particular order.
void keep_top_k(std::span<const float> logits, int32_t k, std::vector<Candidate>& kept);

/// The best ones, until their probabilities reach `top_p` of the sum of all in `kept`.
void keep_top_p(std::vector<Candidate>& kept, double top_p);

/// Those with at least `min_p` times the probability of the best.
void keep_min_p(std::vector<Candidate>& kept, double min_p);

/// The candidate that `unit` (in [0, 1)) falls on. Precondition: kept is not empty, its best logit
/// is finite, temperature > 0.
int32_t draw(std::vector<Candidate>& kept, double temperature, double unit);

class Sampler {
 public:
  /// Precondition: check(params) holds.
  Sampler(const SamplingParams& params, uint64_t seed) : params_(params), seed_(seed) {}

  /// The token that follows `tokens` (prompt and answer so far). Changes `logits`. kInternal when
  /// they are no distribution: a NaN, an infinity, or all of them impossible (-inf alone is fine).
  Result<int32_t> sample(std::span<float> logits, std::span<const int32_t> tokens);

  uint64_t seed() const { return seed_; }

 private:
  SamplingParams params_;
  uint64_t seed_;
  std::vector<Candidate> kept_;
};

}  // namespace realm
