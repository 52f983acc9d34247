// realm perplexity: how well a model foresees a text.
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/str.hpp"
#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/input/read_text.hpp"
#include "cli/measure/clock.hpp"
#include "cli/measure/window_score.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

class Perplexity final : public Command {
 public:
  std::string name() const override { return "perplexity"; }
  std::string summary() const override { return "measure how well a model foresees a text"; }
  std::string description() const override {
    return "Cuts a text into windows of C tokens and scores the second half of each: perplexity is "
           "exp(nll / tokens), where nll sums -ln p(token | the window before it). The first token "
           "of a window becomes BOS where the model adds one, tokens C/2 + 1 to C - 1 are scored "
           "(counted from 0), and an incomplete last window is left out. The text is used as it "
           "is. Figures compare only for the same text, C and vocabulary.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_, kModelHelp);
    flags.text("-f,--file", "FILE", file_, "the text; - is standard input", true);
    flags.whole("-c,--context", "C", window_, {4, kContextRange.high},
                "tokens of a window (default 512)");
    device_.declare(flags);
    device_.declare_weights(flags);
    device_.declare_kv(flags);
    flags.toggle("--verbose", verbose_, "report loading on standard error");
    declare_json(flags, json_);
    flags.example("realm perplexity SmolLM2 -f LICENSE");
    flags.example("realm perplexity SmolLM2 -f LICENSE -c 1024 --json");
  }

  Result<void> run(Host& host) override {
    REALM_ASSIGN(const std::string path, find_model(model_, host.environment));
    REALM_ASSIGN(const std::string text, read_text(*file_, host));
    EngineOptions options = device_.engine_options(host, verbose_);
    options.max_sequences = 1;
    options.context_tokens = window_;
    options.chunk_tokens = std::min(window_, options.chunk_tokens);
    REALM_ASSIGN(const std::unique_ptr<Session> session, Session::open(path, options));

    const Tokenizer& tokenizer = session->tokenizer();
    REALM_ASSIGN(std::vector<TokenId> tokens, tokenizer.encode(text));
    if (tokenizer.adds_eos() && !tokens.empty()) tokens.pop_back();  // the text goes on
    const size_t window = static_cast<size_t>(window_);
    const size_t windows = tokens.size() / window;
    if (windows == 0) {
      return Error{Code::kInvalidArgument,
                   str("the text has ", tokens.size(), " tokens, fewer than one window of ",
                       window_, ": give a longer one, or a smaller -c")};
    }
    REALM_ASSIGN(const Total total, score(*session, tokens, windows, host));
    print(total, windows, host);
    return {};
  }

 private:
  struct Total {
    double nll = 0;
    int64_t tokens = 0;
    double perplexity() const { return std::exp(nll / static_cast<double>(tokens)); }
  };

  Result<Total> score(Session& session, std::vector<TokenId>& tokens, size_t windows,
                      Host& host) const {
    const Tokenizer& tokenizer = session.tokenizer();
    const size_t window = static_cast<size_t>(window_);
    WindowScorer scorer(session, device_.threads);
    const Clock clock;
    Total total;
    for (size_t w = 0; w < windows; ++w) {
      const std::span<TokenId> part = std::span(tokens).subspan(w * window, window);
      if (tokenizer.adds_bos() && tokenizer.bos()) part.front() = *tokenizer.bos();
      REALM_ASSIGN(const double nll, scorer.nll_of_second_half(part));
      total.nll += nll;
      total.tokens += static_cast<int64_t>(window - window / 2 - 1);
      const double left =
          clock.seconds() / static_cast<double>(w + 1) * static_cast<double>(windows - w - 1);
      host.console.progress(str("window ", w + 1, " of ", windows, ", perplexity ",
                                fixed(total.perplexity(), 4), ", ", fixed(left, 0), " s left"));
    }
    host.console.progress_end();
    return total;
  }

  void print(const Total& total, size_t windows, Host& host) const {
    if (json_) {
      const nlohmann::ordered_json out{
          {"perplexity", total.perplexity()}, {"tokens", total.tokens}, {"nll", total.nll}};
      host.console.write(out.dump() + "\n");
      return;
    }
    host.console.write(str("perplexity ", fixed(total.perplexity(), 4), " over ", total.tokens,
                           " tokens in ", windows, " windows of ", window_, "\n"));
  }

  std::string model_;
  std::optional<std::string> file_;
  int32_t window_ = 512;
  DeviceFlags device_;
  bool verbose_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_perplexity() { return std::make_unique<Perplexity>(); }

}  // namespace realm::cli
