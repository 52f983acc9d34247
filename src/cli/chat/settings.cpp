#include "cli/chat/settings.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "cli/flags/closest.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

constexpr double kMostTokens = 16777216;

std::string with_underscores(std::string_view flag) {
  std::string name(flag.substr(std::min(flag.find_first_not_of('-'), flag.size())));
  std::ranges::replace(name, '-', '_');
  return name;
}

// The long names of a flag, as /set has them.
std::vector<std::string> names_of(const FlagInfo& flag) {
  std::vector<std::string> names;
  for (size_t at = 0; at < flag.names.size();) {
    const size_t comma = std::min(flag.names.find(',', at), flag.names.size());
    const std::string_view name = std::string_view(flag.names).substr(at, comma - at);
    if (name.starts_with("--")) names.push_back(with_underscores(name));
    at = comma + 1;
  }
  return names;
}

}  // namespace

void ChatSettings::declare(Flags& flags) {
  flags.text("--system", "TEXT", system, "what the model is told before the conversation");
  flags.whole("-n,--max-tokens", "N", max_tokens, {0, kMostTokens},
              "longest answer in tokens (default: until the model ends it)");
  flags.texts("--stop", "TEXT", stop, "end an answer before this text; may be given again");
  sampling.declare(flags);
}

Result<void> ChatSettings::set(const std::string& name, const std::string& value) {
  Flags flags;
  declare(flags);
  const std::string wanted = with_underscores(name);
  std::vector<std::string> all;
  for (const FlagInfo& flag : flags.list()) {
    const std::vector<std::string> names = names_of(flag);
    all.insert(all.end(), names.begin(), names.end());
    if (std::ranges::find(names, wanted) == names.end()) continue;
    if (value == "default") {
      reset(names.front());
      return {};
    }
    if (auto done = flag.set(value); !done) return Error(done.error()).in(wanted);
    return {};
  }
  const std::string near = closest(wanted, all);
  return Error{Code::kInvalidArgument,
               str("no setting ", wanted, near.empty() ? "" : str("; did you mean ", near, "?"))};
}

void ChatSettings::reset(const std::string& name) {
  const auto take_back = [&name](const char* own, auto& value) {
    if (name == own) value = {};
  };
  take_back("system", system);
  take_back("max_tokens", max_tokens);
  take_back("stop", stop);
  take_back("temperature", sampling.temperature);
  take_back("top_k", sampling.top_k);
  take_back("top_p", sampling.top_p);
  take_back("min_p", sampling.min_p);
  take_back("repeat_penalty", sampling.repeat_penalty);
  take_back("repeat_last_n", sampling.repeat_last_n);
  take_back("seed", sampling.seed);
}

std::vector<std::pair<std::string, std::string>> ChatSettings::list(const ModelInfo& model) const {
  const SamplingParams now = sampling.over(model.sampling);
  std::string stops;
  for (const std::string& text : stop) stops += (stops.empty() ? "" : ", ") + quoted(text);
  return {{"system", system ? quoted(*system) : "the template's own"},
          {"max_tokens", max_tokens ? str(*max_tokens) : "until the model ends its answer"},
          {"stop", stops.empty() ? "none" : stops},
          {"temperature", str(now.temperature)},
          {"top_k", str(now.top_k)},
          {"top_p", str(now.top_p)},
          {"min_p", str(now.min_p)},
          {"repeat_penalty", str(now.repeat_penalty)},
          {"repeat_last_n", str(now.repeat_last_n)},
          {"seed", now.seed ? str(*now.seed) : "drawn anew for each answer"}};
}

}  // namespace realm::cli
