// Flags of sampling: how the next token is chosen.
#pragma once

#include <optional>

#include "cli/flags/flags.hpp"
#include "realm/sampling.hpp"

namespace realm::cli {

struct SamplingFlags {
  std::optional<float> temperature, top_p, min_p, repeat_penalty;
  std::optional<int32_t> top_k, repeat_last_n;
  std::optional<uint64_t> seed;

  void declare(Flags& flags);
  /// `defaults` (the model's) with what was given.
  SamplingParams over(SamplingParams defaults) const;
};

}  // namespace realm::cli
