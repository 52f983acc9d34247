#include "cli/flags/sampling_flags.hpp"

#include <limits>

namespace realm::cli {
namespace {

template <class To, class From>
void take(To& to, const From& given) {
  if (given) to = *given;
}

}  // namespace

void SamplingFlags::declare(Flags& flags) {
  constexpr double kMost = std::numeric_limits<int32_t>::max();
  flags.group("Choosing the next token");
  flags.number("--temperature,--temp", "T", temperature, {0, 100},
               "0 takes the likeliest token each time (greedy); higher is more varied "
               "(default: the model's own, else 0.8)");
  flags.whole("--top-k", "K", top_k, {0, kMost},
              "only the K likeliest tokens (default 40; 0: all)");
  flags.number("--top-p", "P", top_p, {0, 1},
               "only the likeliest tokens that make up P together (default 0.95; 1: all)");
  flags.number("--min-p", "P", min_p, {0, 1},
               "only tokens at least P times as likely as the best one (default 0.05; 0: all)");
  flags.number("--repeat-penalty", "R", repeat_penalty, {0.01, 100},
               "above 1: tokens of the last lines become less likely (default 1: off)");
  flags.whole("--repeat-last-n", "N", repeat_last_n, {-1, kMost},
              "how many tokens back --repeat-penalty looks (default 64; -1: all)");
  flags.whole("--seed", "S", seed, {0, 9007199254740992.0},
              "same seed, same text (default: drawn anew each time)");
}

SamplingParams SamplingFlags::over(SamplingParams defaults) const {
  take(defaults.temperature, temperature);
  take(defaults.top_k, top_k);
  take(defaults.top_p, top_p);
  take(defaults.min_p, min_p);
  take(defaults.repeat_penalty, repeat_penalty);
  take(defaults.repeat_last_n, repeat_last_n);
  if (seed) defaults.seed = seed;
  return defaults;
}

}  // namespace realm::cli
