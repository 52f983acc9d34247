// realm quantize: a model file with other formats.
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/str.hpp"
#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/measure/clock.hpp"
#include "cli/quantize/report.hpp"
#include "cli/terminal/interrupt.hpp"
#include "cli/terminal/table.hpp"

namespace realm::cli {
namespace {

class Quantize final : public Command {
 public:
  std::string name() const override { return "quantize"; }
  std::string summary() const override { return "make a smaller model file of a large one"; }
  std::string description() const override {
    return "Writes the weights of IN in the formats of TYPE to OUT. IN may be any GGUF file: of an "
           "architecture that Realm does not run, of several parts, or quantized before. OUT is "
           "one file, and appears when it is whole: who stops the command finds what was there "
           "before. TYPE's name gives the format of most tensors. Norms, biases, routers and "
           "other small ones stay as they are; the output matrix and, in the mixes (Q2_K, IQ4, "
           "and names that end in _S, _M or _L), some layers get more bits. With --pure every "
           "matrix of weights gets the same format, and only vectors and biases stay. Rows that "
           "are not whole blocks of a format get one of smaller blocks (Q5_0 for Q4_K, say), "
           "which is reported.";
  }

  void declare(Flags& flags) override {
    flags.positional("IN", in_, kModelHelp);
    flags.positional("OUT", out_, "path of the new file");
    std::string types;
    for (const QuantizeType& type : quantize_types()) types += str(type.name, ", ");
    flags.positional("TYPE", type_,
                     str(types, "in any case; Q3_K, Q4_K and Q5_K are short for their _M"));
    flags.toggle(
        "--pure", pure_,
        "no mix: TYPE's own format for every matrix, also the output, embeddings and routers");
    flags.toggle("--force", force_, "replace OUT if it is there; it may be IN itself");
    flags.toggle("--dry-run", dry_run_, "only tell what would be done");
    flags.toggle("--tensors", tensors_, "list every tensor: format before and after");
    flags.whole("-t,--threads", "N", threads_, {0, 1024},
                "processor threads (default 0: one per core that this process may use)");
    declare_json(flags, json_);
    flags.example("realm quantize model-f16.gguf model-q4.gguf Q4_K_M");
    flags.example("realm quantize model-f16.gguf model-q8.gguf Q8_0 --pure --json");
    flags.example("realm quantize SmolLM2 x.gguf Q6_K --dry-run --tensors");
  }

  Result<void> run(Host& host) override {
    REALM_ASSIGN(const std::string path, find_model(in_, host.environment));
    std::error_code ignored;
    if (!dry_run_ && !force_ && std::filesystem::exists(out_, ignored)) {
      return Error{Code::kInvalidArgument, str(out_, " is there already; --force replaces it")};
    }
    const Clock clock;
    REALM_ASSIGN(const QuantizeReport report, make(path, host, clock));
    host.console.progress_end();
    warn_of(report, host.console);
    print(path, report, clock.seconds(), host);
    return {};
  }

 private:
  Result<QuantizeReport> make(const std::string& path, Host& host, const Clock& clock) const {
    QuantizeOptions options;
    options.type = type_;
    options.pure = pure_;
    if (dry_run_) return plan_quantization(path, options);
    options.threads = threads_;
    options.replace = force_;
    double shown = -1;
    options.progress = [&](const QuantizeProgress& progress) {
      constexpr double kInterval = 0.1;  // seconds
      const double now = clock.seconds();
      if (now - shown >= kInterval || progress.done_bytes == progress.total_bytes) {
        shown = now;
        host.console.progress(progress_text(progress, now));
      }
      return !interrupted();
    };
    const GracefulInterrupts graceful;
    return quantize(path, out_, options);
  }

  void print(const std::string& path, const QuantizeReport& report, double seconds,
             Host& host) const {
    if (json_) {
      nlohmann::ordered_json out{
          {"input", path}, {"output", out_}, {"dry_run", dry_run_}, {"pure", pure_}};
      if (!dry_run_) {
        out["threads"] = report.threads;
        out["seconds"] = seconds;
        out["file_bytes"] = report.file_bytes;
      }
      out.update(report_json(report));
      host.console.write(out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
                         "\n");
      return;
    }
    std::string text = report_text(report, tensors_);
    if (!dry_run_) {
      text += str(out_, ": ", bytes_text(report.file_bytes), ", ", fixed(seconds, 1), " s\n");
    }
    host.console.write(text);
  }

  std::string in_, out_, type_;
  bool pure_ = false, force_ = false, dry_run_ = false, tensors_ = false, json_ = false;
  int threads_ = 0;
};

}  // namespace

std::unique_ptr<Command> make_quantize() { return std::make_unique<Quantize>(); }

}  // namespace realm::cli
