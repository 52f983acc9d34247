// realm bench: how fast a model runs here, and how near that is to what the machine can do.

#include <algorithm>

#include "backend/ceilings.hpp"
#include "backend/registry.hpp"
#include "base/output_file.hpp"
#include "base/str.hpp"
#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/measure/bench_report.hpp"
#include "cli/measure/speed.hpp"
#include "cli/measure/synthetic_flags.hpp"
#include "cli/opbench/op_bench.hpp"
#include "cli/terminal/table.hpp"
#include "engine/engine_parts.hpp"
#include "formats/table.hpp"

namespace realm::cli {
namespace {

class Bench final : public Command {
 public:
  std::string name() const override { return "bench"; }
  std::string summary() const override { return "measure the speed of a model"; }
  std::string description() const override {
    return "Measures how many tokens a second a model reads (prompt) and writes (decode). The "
           "tokens are random, nothing is sampled, and one run is thrown away as warm-up. Tells "
           "the median of the repetitions and how far they spread. Beside it stands what the "
           "machine could do at most, measured before: decoding has to read weights, keys and "
           "values at the speed of its memory, a prompt to multiply with all weights. The model is "
           "a file, or one of random weights that is made for the purpose.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_, kModelHelp);
    synthetic_.declare(flags);
    flags.toggle("--ops", ops_,
                 "instead of a model, every kernel by itself: -b has the rows (default "
                 "1,2,8,32,512)");
    flags.text("--types", "NAME[,NAME...]", types_,
               "weight formats that --ops measures (default: all)");
    flags.whole("-p,--prompt", "N", load_.prompt, {0, kMost},
                "tokens of the prompt (default 512; 0: skip)");
    flags.whole("-n,--tokens", "N", load_.decode, {0, kMost},
                "tokens to decode (default 128; 0: skip)");
    flags.wholes("-d,--depth", "N[,N...]", load_.depths, {0, kMost},
                 "tokens that stand in the context before either (default 0)");
    flags.wholes("-b,--batch", "N[,N...]", batches_, {1, 1024},
                 "sequences decoded together (default 1)");
    flags.whole("-r,--repetitions", "N", load_.repetitions, {1, 10000},
                "measurements of each (default 5)");
    device_.declare(flags);
    device_.declare_weights(flags);
    device_.declare_kv(flags);
    flags.toggle("--no-ceilings", no_ceilings_,
                 "do not measure what the machine can do at most: saves a second");
    sheet_.declare(flags);
    flags.text("--plot", "FILE", plot_, "also draw the speeds over the depths, as an SVG file");
    flags.toggle("--verbose", verbose_, "report loading on standard error");
    flags.example("realm bench SmolLM2");
    flags.example("realm bench SmolLM2 -p 512 -n 128 -t 2 --json");
    flags.example("realm bench SmolLM2 -p 0 -n 64 -b 1,8 -d 0,1024 --kv f32 --format md");
    flags.example("realm bench --synthetic llama-1b:Q4_0 -d 0,1024,4096 --plot speed.svg");
    flags.example("realm bench --ops --types Q4_K,Q6_K -b 1,512");
    flags.example("realm bench --synthetic llama-8b:Q4_K_M --save model.gguf -p 0 -n 0");
  }

  Result<void> run(Host& host) override {
    REALM_ASSIGN(format_, sheet_.chosen());
    if (ops_) return measure_ops(host);
    if (types_) return Error{Code::kInvalidArgument, "--types belongs to --ops"};
    REALM_TRY(synthetic_.check(model_.has_value()));
    if (!batches_.empty()) load_.sequences = batches_;
    const bool measures = load_.prompt > 0 || load_.decode > 0;
    if (!measures && !synthetic_.saves()) {
      return Error{Code::kInvalidArgument, "nothing to measure: -p and -n are both 0"};
    }
    if (synthetic_.given()) {
      REALM_ASSIGN(const synthetic::Model model, synthetic_.make(host, device_.threads));
      return measures ? measure_file(model.file, "", host) : Result<void>();
    }
    REALM_ASSIGN(const std::string path, find_model(*model_, host.environment));
    REALM_ASSIGN(const gguf::File file, gguf::File::open(path, {.access = FileAccess::kRead}));
    return measure_file(file, path, host);
  }

 private:
  Result<void> measure_file(const gguf::File& file, const std::string& path, Host& host) {
    EngineOptions options = device_.engine_options(host, verbose_);
    options.max_sequences = load_.most_sequences();
    options.context_tokens = load_.context_tokens();
    std::optional<Ceilings> ceilings;
    REALM_ASSIGN(options.cache_format, look_at_device(options, host, ceilings));
    REALM_ASSIGN(const std::unique_ptr<Session> session, open(file, path, options));
    std::optional<ModelWork> work;
    if (ceilings) {
      REALM_ASSIGN(work, work_of(file, *options.cache_format));
    }
    REALM_ASSIGN(const std::vector<Measurement> found, measure(*session, load_, host.console));
    const BenchReport report{path,
                             session->info(),
                             device_.threads,
                             std::string(info(*options.cache_format).name),
                             found,
                             ceilings,
                             work};
    host.console.write(report.print(format_));
    return plot_ ? draw(report.plot()) : Result<void>();
  }

  // The format of the cache that a session will have; before there is one, the device has its
  // memory and threads for itself.
  Result<Format> look_at_device(const EngineOptions& options, Host& host,
                                std::optional<Ceilings>& ceilings) const {
    REALM_ASSIGN(
        const std::unique_ptr<Device> device,
        open_device(options.device, {.threads = options.threads, .precise = options.precise}, {}));
    REALM_ASSIGN(ceilings, ceilings_of(*device, host));
    return options.cache_format.value_or(device->info().cache_format);
  }

  Result<std::optional<Ceilings>> ceilings_of(const Device& device, Host& host) const {
    if (no_ceilings_) return std::optional<Ceilings>();
    host.console.progress("what the machine can do");
    auto found = measure_ceilings(device.info(), device_.threads);
    host.console.progress_end();
    if (found) return std::optional(*found);
    if (found.error().code != Code::kUnsupported) return std::move(found).error();
    host.console.note(found.error().message + ": no percentages");
    return std::optional<Ceilings>();
  }

  Result<void> measure_ops(Host& host) {
    if (model_ || synthetic_.given() || synthetic_.saves() || plot_) {
      return Error{Code::kInvalidArgument, "--ops measures kernels: no model, nothing to plot"};
    }
    OpBenchOptions options;
    options.repetitions = load_.repetitions;
    if (!batches_.empty()) options.batches = batches_;
    if (device_.kv) options.caches = {*device_.kv};
    REALM_ASSIGN(options.weights, weight_formats());
    const EngineOptions engine = device_.engine_options(host, verbose_);
    REALM_ASSIGN(const std::unique_ptr<Device> device,
                 open_device(engine.device, {.threads = engine.threads, .precise = engine.precise},
                             engine.log));
    REALM_ASSIGN(const std::optional<Ceilings> ceilings, ceilings_of(*device, host));
    REALM_ASSIGN(
        const std::vector<OpSpeed> rows,
        bench_ops(*device, options, [&](const std::string& what) { host.console.progress(what); }));
    host.console.progress_end();
    host.console.write(print_ops(op_sheet(rows, ceilings), device->info(), ceilings));
    return {};
  }

  Result<std::vector<Format>> weight_formats() const {
    std::vector<Format> formats;
    for (size_t begin = 0; types_ && begin <= types_->size();) {
      const size_t comma = std::min(types_->find(',', begin), types_->size());
      const std::string name = types_->substr(begin, comma - begin);
      const FormatInfo* format = find_format(name);
      if (format == nullptr || !is_decodable(format->format)) {
        return Error{Code::kInvalidArgument, str("--types: no weight format \"", name, "\"")};
      }
      formats.push_back(format->format);
      begin = comma + 1;
    }
    return formats;
  }

  std::string print_ops(const Sheet& sheet, const DeviceInfo& device,
                        const std::optional<Ceilings>& ceilings) const {
    if (format_ == SheetFormat::kCsv) return sheet.csv();
    if (format_ == SheetFormat::kJson) {
      nlohmann::ordered_json out{
          {"device", {{"name", device.name}, {"description", device.description}}}};
      add_circumstances(out, device_.threads);
      if (ceilings) out["ceilings"] = ceilings_json(*ceilings);
      out["ops"] = sheet.json();
      return out.dump(2) + "\n";
    }
    const std::string head = str(device.name, ": ", device.description,
                                 ceilings ? "; " + ceilings_text(*ceilings) : "", "\n\n");
    return head + (format_ == SheetFormat::kMarkdown ? sheet.markdown() : sheet.text());
  }

  static Result<std::unique_ptr<Session>> open(const gguf::File& file, const std::string& path,
                                               const EngineOptions& options) {
    if (!path.empty()) return Session::open(path, options);
    REALM_ASSIGN(EngineParts parts, load_parts(file, options));
    return Session::create(std::move(parts), options);
  }

  Result<void> draw(const Plot& plot) const {
    const std::string svg = plot.svg();
    REALM_ASSIGN(OutputFile file, OutputFile::create(*plot_));
    REALM_TRY(file.append(std::as_bytes(std::span(svg))));
    REALM_TRY(file.flush());
    return file.commit();
  }

  static constexpr double kMost = 16777216;
  std::optional<std::string> model_, plot_, types_;
  std::vector<int32_t> batches_;  ///< empty: not given
  SyntheticFlags synthetic_;
  BenchLoad load_;
  DeviceFlags device_;
  SheetFlags sheet_;
  SheetFormat format_ = SheetFormat::kText;
  bool ops_ = false, verbose_ = false, no_ceilings_ = false;
};

}  // namespace

std::unique_ptr<Command> make_bench() { return std::make_unique<Bench>(); }

}  // namespace realm::cli
