// What a user may change of a chat: with flags when it begins, with /set while it goes on.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flags/flags.hpp"
#include "cli/flags/sampling_flags.hpp"
#include "realm/engine.hpp"

namespace realm::cli {

struct ChatSettings {
  std::optional<std::string> system;
  std::optional<int32_t> max_tokens;  ///< of an answer
  std::vector<std::string> stop;
  SamplingFlags sampling;

  void declare(Flags& flags);

  /// Sets what a flag sets, by its name without dashes in front: "top_k", "top-k". The value
  /// "default" takes back what was set. Errors: kInvalidArgument says what is wrong.
  Result<void> set(const std::string& name, const std::string& value);
  /// Names and values as they stand, over the model's own.
  std::vector<std::pair<std::string, std::string>> list(const ModelInfo& model) const;

 private:
  void reset(const std::string& name);
};

}  // namespace realm::cli
