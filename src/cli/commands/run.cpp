// realm run: a model's answer to a prompt, as it comes.
#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/flags/sampling_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/input/prompt.hpp"
#include "cli/measure/clock.hpp"
#include "cli/run/generation.hpp"
#include "cli/run/report.hpp"

namespace realm::cli {
namespace {

class Run final : public Command {
 public:
  std::string name() const override { return "run"; }
  std::string summary() const override { return "answer a prompt"; }
  std::string description() const override {
    return "Gives a model a prompt and prints its answer, word by word. What comes on standard "
           "input is added to the prompt. Ctrl-C ends the answer.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_, kModelHelp);
    flags.positional("PROMPT", prompt_,
                     "what to say to the model (default: standard input; a terminal is asked)");
    flags.whole("-n,--max-tokens", "N", max_tokens_, {0, kMostTokens},
                "longest answer in tokens (default: until the model ends it)");
    flags.whole("-c,--context", "N", context_, kContextRange,
                "tokens for prompt and answer together (default: the model's, at most 8192)");
    flags.text("--system", "TEXT", system_, "what the model is told before the prompt");
    flags.toggle("--raw", raw_, "no chat: the model goes on with the prompt's text as it is");
    flags.texts("--stop", "TEXT", stop_, "end the answer before this text; may be given again");
    sampling_.declare(flags);
    flags.group("Where and how");
    device_.declare(flags);
    device_.declare_weights(flags);
    device_.declare_kv(flags);
    flags.toggle("--verbose", verbose_, "report loading, speed and memory on standard error");
    flags.toggle("--json", json_, "print one JSON object at the end instead of the answer's text");
    flags.example("realm run SmolLM2 \"Name the capital of France.\"");
    flags.example("realm run SmolLM2 \"Sum this up:\" < notes.txt");
    flags.example("realm run ./model.gguf --raw \"Once upon a time\" -n 64 --temperature 0");
  }

  Result<void> run(Host& host) override {
    if (raw_ && system_) {
      return Error{Code::kInvalidArgument, "--system belongs to a chat; --raw has none"};
    }
    const Clock clock;
    REALM_ASSIGN(const std::string path, find_model(model_, host.environment));
    REALM_ASSIGN(const std::string prompt, gather_prompt(prompt_, raw_, host));
    const double start_seconds = clock.seconds();

    EngineOptions options = device_.engine_options(host, verbose_);
    options.context_tokens = context_;
    options.max_sequences = 1;
    REALM_ASSIGN(const std::unique_ptr<Engine> engine, Engine::open(path, options));
    RunReport report{.model = path, .info = engine->info()};
    report.load_seconds = clock.seconds() - start_seconds;

    bool ends_line = true;
    REALM_ASSIGN(report.answer,
                 generate(*engine, request(prompt, engine->info()), [&](std::string_view text) {
                   if (json_) return true;
                   host.console.write(text);
                   ends_line = text.back() == '\n';
                   return !host.console.output_failed();
                 }));
    if (json_) host.console.write(report.json());
    if (!json_ && !ends_line) host.console.write("\n");
    if (verbose_) host.console.note(report.lines());
    return outcome(report.answer.finish, host);
  }

 private:
  static constexpr double kMostTokens = 16777216;

  Request request(const std::string& prompt, const ModelInfo& info) const {
    Request request;
    if (raw_) {
      request.prompt = TextPrompt{.text = prompt};
    } else {
      ChatPrompt chat;
      if (system_) chat.messages.push_back({"system", *system_});
      chat.messages.push_back({"user", prompt});
      request.prompt = std::move(chat);
    }
    request.sampling = sampling_.over(info.sampling);
    request.max_tokens = max_tokens_;
    request.stop = stop_;
    return request;
  }

  static Result<void> outcome(const Finish& finish, Host& host) {
    if (finish.reason == FinishReason::kError) return *finish.error;
    if (finish.reason == FinishReason::kCancelled) return Error{Code::kCancelled, ""};
    if (finish.context_full) {
      host.console.warning("the answer ends here because the context is full (-c makes it longer)");
    }
    return {};
  }

  std::string model_;
  std::optional<std::string> prompt_, system_;
  std::optional<int32_t> max_tokens_;
  int32_t context_ = 0;
  std::vector<std::string> stop_;
  SamplingFlags sampling_;
  DeviceFlags device_;
  bool raw_ = false, verbose_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<Run>(); }

}  // namespace realm::cli
