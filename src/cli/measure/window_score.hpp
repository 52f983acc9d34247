// WindowScorer: -ln p of the tokens in the second half of a window. Belongs to one thread.
#pragma once

#include <span>
#include <vector>

#include "base/thread_pool.hpp"
#include "realm/session.hpp"

namespace realm::cli {

/// -ln softmax(logits)[token], summed in double.
double token_nll(std::span<const float> logits, TokenId token);

class WindowScorer {
 public:
  /// `threads` for the softmax; 0: one per usable core. Uses sequence 0 of `session`.
  WindowScorer(Session& session, int threads);

  /// The sum over tokens n/2 + 1 .. n - 1 of the n of `window`, each given all before it.
  Result<double> nll_of_second_half(std::span<const TokenId> window);

 private:
  Session& session_;
  ThreadPool pool_;
  size_t vocab_;
  std::vector<float> logits_;
  std::vector<double> nll_;
};

}  // namespace realm::cli
