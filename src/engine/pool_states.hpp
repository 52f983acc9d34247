// PooledText: a text's token states, as they come, folded into its embedding. Host arithmetic in
// double, in the order of tokens: no batch can be seen in it.
#pragma once

#include <span>
#include <vector>

#include "realm/embedder.hpp"

namespace realm {

class PooledText {
 public:
  PooledText(Pooling pooling, int32_t dim, int32_t tokens)
      : pooling_(pooling), dim_(static_cast<size_t>(dim)), tokens_(tokens) {}

  /// Whether the state of token `t` is needed at all.
  bool wants(int32_t t) const;
  /// The state of the next token that is wanted: dim elements.
  void add(std::span<const float> state);
  /// After all tokens.
  Embedding finish(bool normalize) const;

 private:
  Pooling pooling_;
  size_t dim_;
  int32_t tokens_;
  std::vector<double> sums_;  // with kNone the states themselves, one behind the other
};

}  // namespace realm
