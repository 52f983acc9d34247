// realm render: what a chat template makes of a conversation.
#include <algorithm>

#include "cli/commands.hpp"
#include "cli/input/find_model.hpp"
#include "cli/input/local_time.hpp"
#include "cli/input/read_text.hpp"
#include "model/loader.hpp"
#include "text/jinja/json.hpp"
#include "text/jinja/template.hpp"

namespace realm::cli {
namespace {

using jinja::Template;
using jinja::Value;

class Render final : public Command {
 public:
  std::string name() const override { return "render"; }
  std::string summary() const override { return "show what a chat template writes"; }
  std::string description() const override {
    return "Prints the text that a conversation becomes for the model, byte by byte. "
           "CONVERSATION is a JSON object of the template's variables: \"messages\", \"tools\", "
           "\"add_generation_prompt\" and whatever else it knows; bos_token and eos_token are the "
           "model's, unless the object has them. Files that hold a vocabulary and no tensors will "
           "do. When the template raises an exception or is wrong, the exit code is 1.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_,
                     "path of a GGUF file, the name of one in the model folder, or a template's "
                     "file that ends in .jinja");
    flags.positional("CONVERSATION", conversation_,
                     "JSON file; - is standard input (default: standard input)");
    flags.text("--now", "TIME", now_,
               "what strftime_now() tells: 2024-07-26, or 2024-07-26T13:05:09 (default: the "
               "local time)");
    flags.text("--bos", "TEXT", bos_, "bos_token, instead of the model's");
    flags.text("--eos", "TEXT", eos_, "eos_token, instead of the model's");
    flags.example("realm render SmolLM2 conversation.json");
    flags.example("realm render ./chat.jinja conversation.json --bos \"<s>\" --now 2024-07-26");
  }

  Result<void> run(Host& host) override {
    jinja::Clock clock;
    if (now_) {
      const Result<jinja::LocalTime> time = parse_local_time(*now_);
      if (!time) return Error(time.error()).in("--now");
      clock = [time = *time] { return time; };
    }
    Value::Dict variables;
    REALM_ASSIGN(const std::string source, template_source(variables, host));
    if (bos_) variables.set("bos_token", *bos_);
    if (eos_) variables.set("eos_token", *eos_);
    REALM_TRY(add_conversation(variables, host));
    const Result<Template> parsed = Template::parse(source, "chat template");
    if (!parsed) return refusal(parsed.error());
    const Result<std::string> text = parsed->render(variables, {}, clock);
    if (!text) return refusal(text.error());
    host.console.write(*text);
    return {};
  }

 private:
  // The template's no, not a wrong command line.
  static Error refusal(const Error& error) { return {Code::kInternal, error.message}; }

  static bool is_template_file(const std::string& name) {
    return std::ranges::any_of(std::initializer_list<const char*>{".jinja", ".jinja2", ".j2"},
                               [&](const char* end) { return name.ends_with(end); });
  }

  // Of a model also its bos_token and eos_token, where it has them.
  Result<std::string> template_source(Value::Dict& variables, Host& host) const {
    if (is_template_file(model_)) return read_text(model_, host);
    REALM_ASSIGN(const std::string path, find_model(model_, host.environment));
    REALM_ASSIGN(ModelText model, load_text(path));
    if (model.facts.chat_template.empty()) {
      return Error{Code::kUnsupported,
                   path + ": has no chat template (key tokenizer.chat_template)"};
    }
    if (model.tokenizer) {
      const Tokenizer& tokenizer = *model.tokenizer;
      if (tokenizer.bos()) variables.set("bos_token", tokenizer.piece(*tokenizer.bos()));
      if (tokenizer.eos()) variables.set("eos_token", tokenizer.piece(*tokenizer.eos()));
    }
    return std::move(model.facts.chat_template);
  }

  Result<void> add_conversation(Value::Dict& variables, Host& host) const {
    const std::string name = conversation_.value_or("-");
    const std::string shown = name == "-" ? "standard input" : name;
    REALM_ASSIGN(const std::string text, read_text(name, host));
    const Result<Value> read = jinja::read_json(text);
    if (!read) return Error(read.error()).in(shown);
    if (!read->is_dict()) {
      return Error{Code::kInvalidArgument,
                   shown + ": must be a JSON object such as {\"messages\": [...]}"};
    }
    for (const Value::Dict::Entry& entry : read->dict().entries()) {
      variables.set(entry.key, entry.value);
    }
    return {};
  }

  std::string model_;
  std::optional<std::string> conversation_, now_, bos_, eos_;
};

}  // namespace

std::unique_ptr<Command> make_render() { return std::make_unique<Render>(); }

}  // namespace realm::cli
