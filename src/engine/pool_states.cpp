#include "engine/pool_states.hpp"

#include <cmath>

namespace realm {

bool PooledText::wants(int32_t t) const {
  switch (pooling_) {
    case Pooling::kNone:
    case Pooling::kMean:
      return true;
    case Pooling::kCls:
      return t == 0;
    case Pooling::kLast:
      return t == tokens_ - 1;
  }
  return true;
}

void PooledText::add(std::span<const float> state) {
  if (pooling_ == Pooling::kNone || sums_.empty()) {
    sums_.insert(sums_.end(), state.begin(), state.end());
    return;
  }
  for (size_t i = 0; i < dim_; ++i) sums_[i] += state[i];
}

Embedding PooledText::finish(bool normalize) const {
  double factor = pooling_ == Pooling::kMean ? 1.0 / tokens_ : 1.0;
  if (normalize && pooling_ != Pooling::kNone) {
    double squares = 0;
    for (const double v : sums_) squares += v * v;
    factor = squares > 0 ? 1 / std::sqrt(squares) : 0;  // zeros have no direction: they stay
  }
  Embedding out{.tokens = tokens_};
  out.values.reserve(sums_.size());
  for (const double v : sums_) out.values.push_back(static_cast<float>(v * factor));
  return out;
}

}  // namespace realm
