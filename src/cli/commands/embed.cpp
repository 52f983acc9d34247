// realm embed: texts to vectors.
#include <charconv>

#include "base/str.hpp"
#include "cli/commands.hpp"
#include "cli/flags/common_flags.hpp"
#include "cli/input/find_model.hpp"
#include "cli/input/read_text.hpp"
#include "realm/embedder.hpp"

namespace realm::cli {
namespace {

// Shortest digits that give the same float32; JSON has no other numbers than finite ones.
void append_number(std::string& out, float value, bool json) {
  if (json && !(value - value == 0)) {
    out += "null";
    return;
  }
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end.ptr);
}

std::string row_of(std::span<const float> row, bool json) {
  std::string out = json ? "[" : "";
  for (size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out += json ? "," : " ";
    append_number(out, row[i], json);
  }
  return json ? out + "]" : out;
}

class Embed final : public Command {
 public:
  std::string name() const override { return "embed"; }
  std::string summary() const override { return "turn texts into vectors"; }
  std::string description() const override {
    return "Prints the embedding of TEXT, or of every line of FILE or standard input: one line of "
           "numbers a text. Vectors have length 1 unless --raw. With pooling none a text has one "
           "vector a token: one line each and an empty line behind the text's last, or with --json "
           "an array of arrays. A text that the model's context does not hold is refused, not cut.";
  }

  void declare(Flags& flags) override {
    flags.positional("MODEL", model_, kModelHelp);
    flags.positional("TEXT", text_, "the text (default: lines of standard input)");
    flags.text("-f,--file", "FILE", file_, "take one text a line from FILE; - is standard input");
    flags.text("--pooling", "HOW", pooling_,
               "none, mean, cls or last (default: what the file says)");
    flags.toggle("--raw", raw_, "leave vectors as long as they are");
    flags.whole("-c,--context", "N", context_, kContextRange,
                "longest text in tokens (default: the model's, at most 8192)");
    flags.toggle("--json", json_, "print each text's vector as a JSON array");
    device_.declare(flags);
    device_.declare_weights(flags);
    flags.toggle("--verbose", verbose_, "report loading on standard error");
    flags.example("realm embed all-MiniLM-L6-v2.gguf \"The cat sat on the mat\"");
    flags.example("realm embed all-MiniLM-L6-v2.gguf -f sentences.txt --json");
  }

  Result<void> run(Host& host) override {
    if (text_ && file_) {
      return Error{Code::kInvalidArgument, "both TEXT and --file are given: which one?"};
    }
    REALM_ASSIGN(const EmbedderOptions options, embedder_options(host));
    REALM_ASSIGN(const std::string path, find_model(model_, host.environment));
    std::vector<std::string> texts;
    if (text_) {
      texts.push_back(*text_);
    } else {
      REALM_ASSIGN(const std::string lines, read_text(file_.value_or("-"), host));
      texts = lines_of(lines);
    }
    REALM_ASSIGN(const std::unique_ptr<Embedder> embedder, Embedder::open(path, options));
    // Some at a time, so that a long file's first lines do not wait for its last.
    constexpr size_t kAtOnce = 256;
    for (size_t first = 0; first < texts.size(); first += kAtOnce) {
      const auto part = std::span(texts).subspan(first, std::min(kAtOnce, texts.size() - first));
      auto made = embedder->embed(part);
      if (!made && first > 0) return std::move(made).error().in(str("texts from ", first + 1));
      if (!made) return std::move(made).error();
      for (const Embedding& embedding : *made) host.console.write(lines(embedding, *embedder));
      if (host.console.output_failed()) break;
      host.console.progress(str(first + part.size(), " of ", texts.size(), " texts"));
    }
    host.console.progress_end();
    return {};
  }

 private:
  Result<EmbedderOptions> embedder_options(Host& host) const {
    const EngineOptions common = device_.engine_options(host, verbose_);
    EmbedderOptions options{.device = common.device,
                            .threads = common.threads,
                            .pin_threads = common.pin_threads,
                            .cpu_isa = common.cpu_isa,
                            .precise = common.precise,
                            .blas = common.blas,
                            .context_tokens = context_.value_or(0),
                            .normalize = !raw_,
                            .map_weights = common.map_weights,
                            .packed_cache = common.packed_cache,
                            .log = common.log};
    if (!pooling_) return options;
    for (const Pooling p : {Pooling::kNone, Pooling::kMean, Pooling::kCls, Pooling::kLast}) {
      if (to_string(p) == *pooling_) options.pooling = p;
    }
    if (options.pooling) return options;
    return Error{Code::kInvalidArgument,
                 str("--pooling ", *pooling_, " is not one of none, mean, cls, last")};
  }

  static std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      if (line.ends_with('\r')) line.remove_suffix(1);
      lines.emplace_back(line);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
  }

  std::string lines(const Embedding& embedding, const Embedder& embedder) const {
    const std::span<const float> values(embedding.values);
    const auto dim = static_cast<size_t>(embedder.dim());
    if (embedder.pooling() != Pooling::kNone) return row_of(values, json_) + "\n";
    std::string out = json_ ? "[" : "";
    for (size_t at = 0; at < values.size(); at += dim) {
      if (json_ && at > 0) out += ",";
      out += row_of(values.subspan(at, dim), json_) + (json_ ? "" : "\n");
    }
    return out + (json_ ? "]\n" : "\n");
  }

  std::string model_;
  std::optional<std::string> text_, file_, pooling_;
  std::optional<int32_t> context_;
  DeviceFlags device_;
  bool raw_ = false, json_ = false, verbose_ = false;
};

}  // namespace

std::unique_ptr<Command> make_embed() { return std::make_unique<Embed>(); }

}  // namespace realm::cli
