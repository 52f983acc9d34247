// realm chat: a conversation with a model.
#include "cli/chat/chat.hpp"

#include <unistd.h>

#include <filesystem>

#include "base/str.hpp"
#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/terminal/lines.hpp"

namespace realm::cli {
namespace {

namespace fs = std::filesystem;

// ${XDG_STATE_HOME:-~/.local/state}/realm/chat-history, in a folder that is there; empty without.
std::string history_file(const Environment& environment) {
  fs::path folder;
  const std::optional<std::string> state = environment("XDG_STATE_HOME");
  const std::optional<std::string> home = environment("HOME");
  if (state && fs::path(*state).is_absolute()) {
    folder = fs::path(*state) / "realm";
  } else if (home) {
    folder = fs::path(*home) / ".local" / "state" / "realm";
  } else {
    return {};
  }
  std::error_code failed;
  fs::create_directories(folder, failed);
  return fs::is_directory(folder, failed) ? (folder / "chat-history").string() : std::string();
}

class ChatCommand final : public Command {
 public:
  std::string name() const override { return "chat"; }
  std::string summary() const override { return "talk with a model"; }
  std::string description() const override {
    return "A conversation with a model, turn by turn, in lines that can be edited; earlier ones "
           "come back with the arrow keys and Ctrl-R. Ctrl-C stops an answer, twice leaves. /help "
           "lists the commands: settings, saving, loading and more. Standard input that is no "
           "terminal is read line by line, each one a message; then the first failure ends the "
           "chat. Answers go to standard output, all else to standard error.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_, kModelHelp);
    flags.whole("-c,--context", "N", context_, kContextRange,
                "tokens for the whole conversation (default: the model's, at most 8192)");
    flags.toggle("--no-history", no_history_, "keep no lines from one chat to the next");
    settings_.declare(flags);
    flags.group("Where and how");
    device_.declare(flags);
    device_.declare_weights(flags);
    device_.declare_kv(flags);
    flags.toggle("--verbose", verbose_,
                 "report loading, and tokens and speed of each answer, on standard error");
    flags.example("realm chat SmolLM2");
    flags.example("realm chat SmolLM2 --system \"Answer in one sentence.\" --temperature 0.2");
    flags.example("realm chat SmolLM2 < questions.txt > answers.txt");
  }

  Result<void> run(Host& host) override {
    REALM_ASSIGN(const std::string path, find_model(model_, host.environment));
    const bool interactive = host.console.input_is_terminal();
    // Before the engine's threads: see edited_lines().
    std::unique_ptr<Lines> lines;
    if (interactive) {
      lines = edited_lines({no_history_ ? std::string() : history_file(host.environment)});
      if (!lines) host.console.note("the terminal cannot be opened: lines cannot be edited");
    }
    if (!lines) lines = plain_lines(STDIN_FILENO);

    EngineOptions options = device_.engine_options(host, verbose_);
    options.context_tokens = context_;
    options.max_sequences = 1;
    REALM_ASSIGN(const std::unique_ptr<Engine> engine, Engine::open(path, options));
    const ModelInfo& info = engine->info();
    if (!info.has_chat_template) {
      return Error{Code::kUnsupported,
                   path + ": has no chat template; realm run --raw goes on with a text"};
    }
    if (interactive) {
      host.console.note(str(info.name.empty() ? path : info.name, " on ", info.device,
                            ", a context of ", info.context_tokens,
                            " tokens. /help tells what can be done, /bye leaves."));
    }
    Chat chat(*engine, *lines, host, settings_,
              {.model = path, .interactive = interactive, .verbose = verbose_});
    return chat.run();
  }

 private:
  std::string model_;
  int32_t context_ = 0;
  ChatSettings settings_;
  DeviceFlags device_;
  bool no_history_ = false, verbose_ = false;
};

}  // namespace

std::unique_ptr<Command> make_chat() { return std::make_unique<ChatCommand>(); }

}  // namespace realm::cli
