#include "cli/run/report.hpp"

#include <nlohmann/json.hpp>

#include "base/str.hpp"
#include "cli/measure/resources.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

double per_second(int32_t tokens, double seconds) {
  return tokens > 0 && seconds > 0 ? tokens / seconds : 0;
}
int32_t computed(const Finish& finish) { return finish.prompt_tokens - finish.cached_tokens; }
// The first token comes out of the prompt's last step.
int32_t decoded(const Finish& finish) { return finish.answer_tokens - 1; }

}  // namespace

std::string RunReport::json() const {
  const Finish& f = answer.finish;
  nlohmann::ordered_json out{
      {"text", answer.text},
      {"finish_reason", to_string(f.reason)},
      {"usage",
       {{"prompt_tokens", f.prompt_tokens},
        {"cached_tokens", f.cached_tokens},
        {"completion_tokens", f.answer_tokens},
        {"total_tokens", f.prompt_tokens + f.answer_tokens}}},
      {"timings",
       {{"load_seconds", load_seconds},
        {"queue_seconds", f.queue_seconds},
        {"prompt_seconds", f.prompt_seconds},
        {"prompt_tokens_per_second", per_second(computed(f), f.prompt_seconds)},
        {"decode_seconds", f.decode_seconds},
        {"decode_tokens_per_second", per_second(decoded(f), f.decode_seconds)}}},
      {"seed", f.seed},
      {"model", model},
      {"device", info.device},
      {"peak_memory_bytes", peak_memory_bytes()}};
  if (f.reason == FinishReason::kStopString) out["stop_string"] = f.stop_string;
  if (f.context_full) out["context_full"] = true;
  if (f.error) out["error"] = f.error->message;
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string RunReport::lines() const {
  const Finish& f = answer.finish;
  const auto line = [](int32_t tokens, double seconds) {
    return str(tokens, " tokens in ", fixed(seconds, 3), " s, ",
               fixed(per_second(tokens, seconds), 1), " tokens/s\n");
  };
  return str("device   ", info.device, ": ", info.device_description,       //
             "\nload     ", fixed(load_seconds, 3), " s",                   //
             "\nprompt   ", line(computed(f), f.prompt_seconds),            //
             "decode   ", line(std::max(decoded(f), 0), f.decode_seconds),  //
             "finish   ", to_string(f.reason), ", seed ", f.seed,           //
             "\nmemory   ", bytes_text(peak_memory_bytes()), " at most");
}

}  // namespace realm::cli
