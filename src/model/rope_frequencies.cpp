#include "model/rope_frequencies.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace realm {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

// The pair (as a fraction of its index) that makes `turns` turns over the original context.
double pair_with_turns(const RopeConfig& rope, double turns) {
  return rope.dims * std::log(rope.original_context / (turns * kTurn)) / (2 * std::log(rope.base));
}

// YaRN: 1 for pairs that turn often and are kept, 0 for those that are divided.
double yarn_kept(const RopeConfig& rope, int32_t pair) {
  const double low = std::max(std::floor(pair_with_turns(rope, rope.beta_fast)), 0.0);
  const double high = std::min(std::ceil(pair_with_turns(rope, rope.beta_slow)), rope.dims - 1.0);
  // A ramp of no width would divide by zero; 0.001 is the original implementation's width.
  const double along = (pair - low) / std::max(0.001, high - low);
  return (1 - std::clamp(along, 0.0, 1.0)) * rope.extrapolation;
}

double llama3_kept(const RopeConfig& rope, double frequency) {
  const double turns = rope.original_context * frequency / kTurn;
  if (turns <= rope.low_freq_factor) return 0;
  if (turns >= rope.high_freq_factor) return 1;
  return (turns - rope.low_freq_factor) / (rope.high_freq_factor - rope.low_freq_factor);
}

}  // namespace

RopeFrequencies rope_frequencies(const RopeConfig& rope, std::span<const float> divisors) {
  RopeFrequencies out;
  for (int32_t pair = 0; pair < rope.dims / 2; ++pair) {
    double frequency = std::pow(rope.base, -2.0 * pair / rope.dims);
    if (!divisors.empty()) frequency /= divisors[static_cast<size_t>(pair)];
    double kept = 1;
    switch (rope.scaling) {
      case RopeScaling::kNone:
      case RopeScaling::kLongRope:
        break;
      case RopeScaling::kLinear:
        kept = 0;
        break;
      case RopeScaling::kYarn:
        kept = yarn_kept(rope, pair);
        break;
      case RopeScaling::kLlama3:
        kept = llama3_kept(rope, frequency);
        break;
    }
    out.inv_freq.push_back(
        static_cast<float>(frequency * kept + frequency / rope.factor * (1 - kept)));
  }
  double magnitude = rope.attention_factor;
  if (rope.scaling == RopeScaling::kYarn && rope.extrapolation != 0) {
    magnitude *= 1 + 0.1 * std::log(rope.factor);
  }
  out.magnitude = static_cast<float>(magnitude);
  return out;
}

}  // namespace realm
