// realm bench: how fast a model runs here.
#include "base/str.hpp"
#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/measure/bench_report.hpp"
#include "cli/measure/speed.hpp"
#include "cli/measure/synthetic_flags.hpp"
#include "engine/engine_parts.hpp"

namespace realm::cli {
namespace {

class Bench final : public Command {
 public:
  std::string name() const override { return "bench"; }
  std::string summary() const override { return "measure the speed of a model"; }
  std::string description() const override {
    return "Measures how many tokens a second a model reads (prompt) and writes (decode). The "
           "tokens are random, nothing is sampled, and one run is thrown away as warm-up. Tells "
           "the median of the repetitions and how far they spread. The model is a file, or one of "
           "random weights that is made for the purpose.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_, kModelHelp);
    synthetic_.declare(flags);
    flags.whole("-p,--prompt", "N", load_.prompt, {0, kMost},
                "tokens of the prompt (default 512; 0: skip)");
    flags.whole("-n,--tokens", "N", load_.decode, {0, kMost},
                "tokens to decode (default 128; 0: skip)");
    flags.whole("-d,--depth", "N", load_.depth, {0, kMost},
                "tokens that stand in the context before either (default 0)");
    flags.whole("-b,--batch", "N", load_.sequences, {1, 1024},
                "sequences decoded together (default 1)");
    flags.whole("-r,--repetitions", "N", load_.repetitions, {1, 10000},
                "measurements of each (default 5)");
    device_.declare(flags);
    flags.toggle("--verbose", verbose_, "report loading on standard error");
    declare_json(flags, json_);
    flags.example("realm bench SmolLM2");
    flags.example("realm bench SmolLM2 -p 512 -n 128 -t 2 --json");
    flags.example("realm bench SmolLM2 -p 0 -n 64 -b 8 -d 1024");
    flags.example("realm bench --synthetic llama-1b:Q4_0");
    flags.example("realm bench --synthetic llama-8b:Q4_K_M --save model.gguf -p 0 -n 0");
  }

  Result<void> run(Host& host) override {
    REALM_TRY(synthetic_.check(model_.has_value()));
    const bool measures = load_.prompt > 0 || load_.decode > 0;
    if (!measures && !synthetic_.saves()) {
      return Error{Code::kInvalidArgument, "nothing to measure: -p and -n are both 0"};
    }
    EngineOptions options = device_.engine_options(host, verbose_);
    options.max_sequences = load_.sequences;
    options.context_tokens = load_.context_tokens();
    if (!synthetic_.given()) {
      REALM_ASSIGN(const std::string path, find_model(*model_, host.environment));
      REALM_ASSIGN(const std::unique_ptr<Session> session, Session::open(path, options));
      return report_on(*session, path, host);
    }
    REALM_ASSIGN(const synthetic::Model model, synthetic_.make(host, device_.threads));
    if (!measures) return {};
    REALM_ASSIGN(EngineParts parts, load_parts(model.file, options));
    REALM_ASSIGN(const std::unique_ptr<Session> session,
                 Session::create(std::move(parts), options));
    return report_on(*session, "", host);
  }

 private:
  Result<void> report_on(Session& session, const std::string& path, Host& host) {
    REALM_ASSIGN(const std::vector<Measurement> found, measure(session, load_, host.console));
    const BenchReport report{path, session.info(), device_.threads, load_, found};
    host.console.write(json_ ? report.json() : report.text());
    return {};
  }

  static constexpr double kMost = 16777216;
  std::optional<std::string> model_;
  SyntheticFlags synthetic_;
  BenchLoad load_;
  DeviceFlags device_;
  bool verbose_ = false, json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_bench() { return std::make_unique<Bench>(); }

}  // namespace realm::cli
