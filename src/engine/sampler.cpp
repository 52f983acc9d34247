#include "engine/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/str.hpp"
#include "engine/random.hpp"

namespace realm {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

Result<void> check_logits(std::span<const float> logits) {
  bool possible = false;
  bool sound = true;
  for (const float logit : logits) {  // no branches: a vocabulary is long
    sound &= logit < kInfinity;       // false for NaN
    possible |= logit > -kInfinity;
  }
  if (sound && possible) return {};
  if (sound) return Error{Code::kInternal, "logits: every token is impossible (-inf)"};
  const auto bad = std::ranges::find_if(logits, [](float x) { return !(x < kInfinity); });
  return Error{Code::kInternal, str("logits: token ", bad - logits.begin(), " has ", *bad)};
}

float best_logit(const std::vector<Candidate>& kept) {
  return std::ranges::min_element(kept, before)->logit;
}

double weight(float logit, float best, double temperature = 1) {
  return std::exp((static_cast<double>(logit) - static_cast<double>(best)) / temperature);
}

}  // namespace

void penalize_repeats(std::span<float> logits, std::span<const int32_t> recent, float penalty) {
  std::vector<int32_t> ids(recent.begin(), recent.end());
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const int32_t id : ids) {
    if (id < 0 || static_cast<size_t>(id) >= logits.size()) continue;
    float& logit = logits[static_cast<size_t>(id)];
    logit = logit > 0 ? logit / penalty : logit * penalty;
  }
}

int32_t argmax(std::span<const float> logits) {
  return static_cast<int32_t>(std::ranges::max_element(logits) - logits.begin());
}

// A heap with the worst kept candidate on top: nearly every logit is turned away by one comparison,
// and ids come in ascending order, so an equal logit never displaces an earlier one.
void keep_top_k(std::span<const float> logits, int32_t k, std::vector<Candidate>& kept) {
  const size_t count = k == 0 ? logits.size() : std::min(static_cast<size_t>(k), logits.size());
  kept.clear();
  kept.reserve(count);
  for (size_t i = 0; i < count; ++i) kept.push_back({static_cast<int32_t>(i), logits[i]});
  if (count == 0 || count == logits.size()) return;
  std::ranges::make_heap(kept, before);
  for (size_t i = count; i < logits.size(); ++i) {
    if (!(logits[i] > kept.front().logit)) continue;
    std::ranges::pop_heap(kept, before);
    kept.back() = {static_cast<int32_t>(i), logits[i]};
    std::ranges::push_heap(kept, before);
  }
}

void keep_top_p(std::vector<Candidate>& kept, double top_p) {
  if (kept.empty() || top_p >= 1) return;
  const float best = best_logit(kept);
  double total = 0;
  for (const Candidate& c : kept) total += weight(c.logit, best);
  // A heap with the best on top: usually few of many are taken off.
  const auto after = [](const Candidate& a, const Candidate& b) { return before(b, a); };
  std::ranges::make_heap(kept, after);
  size_t left = kept.size();
  double sum = 0;
  do {
    std::pop_heap(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(left), after);
    --left;
    sum += weight(kept[left].logit, best);
  } while (left > 0 && sum < top_p * total);
  kept.erase(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(left));
}

void keep_min_p(std::vector<Candidate>& kept, double min_p) {
  if (kept.empty() || min_p <= 0) return;
  const double least = static_cast<double>(best_logit(kept)) + std::log(min_p);
  std::erase_if(kept, [&](const Candidate& c) { return static_cast<double>(c.logit) < least; });
}

int32_t draw(std::vector<Candidate>& kept, double temperature, double unit) {
  std::ranges::sort(kept, {}, &Candidate::id);
  const float best = best_logit(kept);
  double total = 0;
  for (const Candidate& c : kept) total += weight(c.logit, best, temperature);
  const double target = unit * total;
  double sum = 0;
  int32_t last = kept.front().id;
  for (const Candidate& c : kept) {
    const double own = weight(c.logit, best, temperature);
    if (own == 0) continue;
    sum += own;
    last = c.id;
    if (sum > target) break;
  }
  return last;
}

Result<int32_t> Sampler::sample(std::span<float> logits, std::span<const int32_t> tokens) {
  REALM_TRY(check_logits(logits));
  if (params_.repeat_penalty != 1 && params_.repeat_last_n != 0) {
    const size_t window = params_.repeat_last_n < 0
                              ? tokens.size()
                              : std::min(tokens.size(), static_cast<size_t>(params_.repeat_last_n));
    penalize_repeats(logits, tokens.last(window), params_.repeat_penalty);
    // A penalty may carry a large logit over the edge.
    REALM_TRY(check_logits(logits));
  }
  if (params_.temperature == 0) return argmax(logits);
  keep_top_k(logits, params_.top_k, kept_);
  keep_top_p(kept_, params_.top_p);
  keep_min_p(kept_, params_.min_p);
  return draw(kept_, params_.temperature, random_unit(seed_, tokens.size()));
}

}  // namespace realm
