// realm tokenize: the tokens that a text becomes.
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/input/read_text.hpp"
#include "cli/terminal/table.hpp"
#include "model/loader.hpp"

namespace realm::cli {
namespace {

class Tokenize final : public Command {
 public:
  std::string name() const override { return "tokenize"; }
  std::string summary() const override { return "show the tokens that a text becomes"; }
  std::string description() const override {
    return "Splits a text into the tokens of a model's vocabulary and prints one a line, number "
           "and spelling. Files that hold a vocabulary and no tensors will do.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_, kModelHelp);
    flags.positional("TEXT", text_, "the text (default: standard input)");
    flags.text("-f,--file", "FILE", file_, "take the text from FILE; - is standard input");
    flags.toggle("--parse-special", parse_special_,
                 "the text may name control tokens, such as <|im_end|>");
    flags.toggle("--no-bos", no_bos_,
                 "only the text's own tokens: none that the model puts in front or behind");
    flags.toggle("--json", json_, "print the numbers alone, as one JSON array");
    flags.example("realm tokenize SmolLM2 \"Hello, world\"");
    flags.example("realm tokenize SmolLM2 -f README.md --json");
  }

  Result<void> run(Host& host) override {
    if (text_ && file_) {
      return Error{Code::kInvalidArgument, "both TEXT and --file are given: which one?"};
    }
    REALM_ASSIGN(const std::string path, find_model(model_, host.environment));
    if (!text_) {
      REALM_ASSIGN(text_, read_text(file_.value_or("-"), host));
    }
    REALM_ASSIGN(const ModelText model, load_text(path));
    if (!model.tokenizer) return Error{Code::kCorruptFile, path + ": has no vocabulary"};
    const std::string& fallback = model.tokenizer->fallback();
    if (!fallback.empty()) host.console.warning("vocabulary: " + fallback);
    REALM_ASSIGN(const std::vector<TokenId> ids,
                 model.tokenizer->encode(
                     *text_, {.add_special = !no_bos_, .parse_special = parse_special_}));
    host.console.write(json_ ? as_json(ids) : as_table(ids, *model.tokenizer));
    return {};
  }

 private:
  static std::string as_json(const std::vector<TokenId>& ids) {
    auto list = nlohmann::json::array();
    for (const TokenId id : ids) list.push_back(index(id));
    return list.dump() + "\n";
  }

  static std::string as_table(const std::vector<TokenId>& ids, const Tokenizer& tokenizer) {
    Table table;
    table.align_right(0);
    for (const TokenId id : ids) {
      table.row({std::to_string(index(id)), quoted(std::string(tokenizer.piece(id)))});
    }
    return table.text();
  }

  std::string model_;
  std::optional<std::string> text_, file_;
  bool parse_special_ = false, no_bos_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_tokenize() { return std::make_unique<Tokenize>(); }

}  // namespace realm::cli
