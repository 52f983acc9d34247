#include "model/loader.hpp"

#include <algorithm>
#include <filesystem>

#include "backend/huge_pages.hpp"
#include "base/checked.hpp"
#include "base/str.hpp"
#include "model/load/vocabulary.hpp"
#include "model/load/weight_binder.hpp"
#include "model/runner.hpp"
#include "ops/attention/cache_format.hpp"

namespace realm {
namespace {

constexpr int32_t kDefaultContext = 8192;

Error bad_option(const std::string& story) { return {Code::kInvalidArgument, story}; }

// Rows of the embedding: what the metadata says, else as many as there are. Some models pad theirs:
// more rows than the vocabulary has tokens.
Result<int32_t> vocab_size_of(const gguf::File& file, const std::string& architecture,
                              const std::optional<Tokenizer>& tokenizer) {
  constexpr int64_t kMost = 1 << 24;
  const std::string key = architecture + ".vocab_size";
  int64_t size = 0;
  if (file.metadata().find(key) != nullptr) {
    REALM_ASSIGN(size, file.metadata().get<int64_t>(key));
  } else {
    REALM_ASSIGN(const gguf::TensorInfo* embedding, file.tensor("token_embd.weight"));
    size = embedding->shape.rows();
  }
  if (size < 1 || size > kMost) {
    return Error{Code::kCorruptFile, str("key ", key, ": ", size, " is outside 1 ... ", kMost)};
  }
  if (tokenizer && static_cast<int64_t>(tokenizer->vocab_size()) > size) {
    return Error{Code::kCorruptFile,
                 str("key ", key, ": ", size, " rows of the embedding are less than the ",
                     tokenizer->vocab_size(), " tokens of the vocabulary")};
  }
  return static_cast<int32_t>(size);
}

Result<void> check_options(const LoadOptions& o) {
  const auto in = [](int32_t value, int32_t least, int32_t most) {
    return value >= least && value <= most;
  };
  if (o.context_tokens < 0) return bad_option(str("a context of ", o.context_tokens, " tokens"));
  if (!in(o.block_tokens, 1, 4096)) return bad_option(str("pages of ", o.block_tokens, " tokens"));
  if (!in(o.max_rows, 1, 1 << 16)) return bad_option(str("steps of ", o.max_rows, " rows"));
  if (!in(o.max_sequences, 1, o.max_rows)) {
    return bad_option(str(o.max_sequences, " sequences in steps of ", o.max_rows, " rows"));
  }
  if (o.n_blocks < 0) return bad_option(str("a cache of ", o.n_blocks, " pages"));
  return {};
}

// The longest sequence: what is asked for, or what fits the model.
Result<int32_t> sequence_tokens_of(const gguf::File& file, const Config& config,
                                   const LoadOptions& options) {
  const int32_t asked = options.context_tokens;
  if (asked > config.context_tokens) {
    return bad_option(
        str("a context of ", asked, " tokens, the model's is ", config.context_tokens));
  }
  if (asked > 0) return asked;
  const bool longrope = file.find("rope_factors_long.weight") != nullptr;
  const int32_t most = longrope ? config.rope.original_context : kDefaultContext;
  return std::min({config.context_tokens, kDefaultContext, most});
}

// What of `options` this model and device are granted.
Result<StepLimits> grant(const Config& config, const LoadOptions& options, Format cache_format,
                         uint64_t device_bytes) {
  StepLimits limits{.vocab_size = config.vocab_size,
                    .context_tokens = config.sequence_tokens,
                    .block_tokens = options.block_tokens,
                    .n_blocks = options.n_blocks,
                    .max_rows = options.max_rows,
                    .max_sequences = options.max_sequences,
                    .dim = config.dim,
                    .whole_sequences = config.encoder};
  if (config.encoder) limits.max_rows = std::max(limits.max_rows, limits.context_tokens);
  const int64_t one_context =
      (limits.context_tokens + limits.block_tokens - 1) / limits.block_tokens;
  if (limits.n_blocks == 0) {
    const auto page = kv_page_bytes(config, cache_format, limits.block_tokens);
    if (!page) return bad_option("a page overflows memory");
    // What is embedded is forgotten: a step's rows, each sequence's last page half empty.
    int64_t wanted =
        options.use == LoadUse::kEmbed
            ? one_context + limits.max_rows / limits.block_tokens + limits.max_sequences
            : one_context * limits.max_sequences;
    wanted = std::min<int64_t>(wanted, INT32_MAX);
    if (device_bytes > 0) {
      wanted = std::min(wanted, static_cast<int64_t>(device_bytes / 2 / *page));
    }
    limits.n_blocks = static_cast<int32_t>(std::max(wanted, one_context));
  }
  if (limits.n_blocks < one_context) {
    return bad_option(str("a cache of ", limits.n_blocks, " pages of ", limits.block_tokens,
                          " tokens does not hold one context of ", limits.context_tokens));
  }
  return limits;
}

Result<MemoryPlan> plan_memory(const Config& config, const StepLimits& limits, Format cache_format,
                               uint64_t weight_bytes, bool mapped, const Device& device) {
  MemoryPlan plan{
      .weight_bytes = mapped ? 0 : weight_bytes,
      .mapped_bytes = mapped ? weight_bytes : 0,
      .activation_bytes = StepArena(config, limits, Runner::head_rows(limits)).size_bytes(),
      .device_bytes = device.info().memory_bytes};
  const auto page = kv_page_bytes(config, cache_format, limits.block_tokens);
  const auto cache =
      page ? checked_mul<uint64_t>(*page, static_cast<uint64_t>(limits.n_blocks)) : std::nullopt;
  plan.cache_bytes = cache.value_or(UINT64_MAX / 2);
  if (plan.device_bytes > 0 && plan.total() > plan.device_bytes) {
    return Error{Code::kOutOfMemory,
                 str("device ", device.info().name, ": ", to_string(plan), " (a context of ",
                     limits.context_tokens, " tokens, ", limits.n_blocks, " pages)",
                     mapped ? ""
                            : "; weights that stay in the file (--mmap) need no memory of "
                              "their own")};
  }
  return plan;
}

Result<ModelText> read_text(const gguf::File& file) {
  ModelText text;
  REALM_ASSIGN(text.facts, read_facts(file));
  REALM_ASSIGN(auto vocab, read_vocab(file.metadata()));
  if (vocab) {
    REALM_ASSIGN(text.tokenizer, Tokenizer::create(*std::move(vocab)));
  }
  return text;
}

Result<LoadedModel> load_from(const gguf::File& file, Device& device, const LoadOptions& options,
                              const WeightSource& source, const LogSink& log) {
  REALM_TRY(check_options(options));
  REALM_ASSIGN(const std::string name, file.metadata().get<std::string>("general.architecture"));
  auto model = std::make_unique<Model>();
  REALM_ASSIGN(model->architecture, find_architecture(name));
  REALM_TRY(check_ops(*model->architecture, device));
  REALM_ASSIGN(model->config,
               model->architecture->read_config(file.metadata(), name, model->architecture->pairs));
  if (model->config.encoder && options.use == LoadUse::kGenerate) {
    return Error{Code::kUnsupported,
                 str("architecture ", name, " makes embeddings, it writes no text")};
  }
  REALM_ASSIGN(model->config.sequence_tokens, sequence_tokens_of(file, model->config, options));
  REALM_ASSIGN(ModelText text, read_text(file));
  if (log && text.tokenizer && !text.tokenizer->fallback().empty()) {
    log(LogLevel::kWarning, "vocabulary: " + text.tokenizer->fallback());
  }
  REALM_ASSIGN(model->config.vocab_size, vocab_size_of(file, name, text.tokenizer));
  WeightBinder binder(file, device);
  model->architecture->declare(binder, model->config, model->weights);
  REALM_TRY(binder.finish());
  // An encoder's keys and values live for one step: nothing is saved by rounding them.
  const Format usual = model->config.encoder ? Format::kF32 : device.info().cache_format;
  const Format cache_format = options.cache_format.value_or(usual);
  if (auto misfit = cache_format_misfit(cache_format, model->config.head_dim); !misfit.empty()) {
    return bad_option(misfit);
  }
  REALM_ASSIGN(const StepLimits limits,
               grant(model->config, options, cache_format, device.info().memory_bytes));
  LoadedModel loaded;
  loaded.encoder = model->config.encoder;
  loaded.facts = std::move(text.facts);
  loaded.tokenizer = std::move(text.tokenizer);
  REALM_ASSIGN(loaded.memory, plan_memory(model->config, limits, cache_format, binder.size_bytes(),
                                          source.mapped_file != nullptr, device));
  if (log) log(LogLevel::kDebug, str("memory: ", to_string(loaded.memory)));
  REALM_ASSIGN(model->buffers, binder.load(source, log));
  if (log) {
    log(LogLevel::kDebug, str("huge pages hold ", huge_page_bytes() >> 20, " MiB of this process"));
  }
  REALM_ASSIGN(auto runner, Runner::create(device, std::move(model), limits, cache_format));
  if (options.use == LoadUse::kGenerate) {
    REALM_TRY(runner->tune(log, binder.size_bytes()));
  }
  loaded.runner = std::move(runner);
  return loaded;
}

}  // namespace

Result<LoadedModel> load_model(const gguf::File& file, Device& device, const LoadOptions& options,
                               const LogSink& log) {
  if (log && (options.map_weights || !options.packed_cache.empty())) {
    log(LogLevel::kWarning, "the model is no file: its weights are neither mapped nor kept in one");
  }
  return load_from(file, device, options, {}, log);
}

Result<LoadedModel> load_model(const std::string& path, Device& device, const LoadOptions& options,
                               const LogSink& log) {
  // pread, not a mapping: pages of a mapping would count as ours beside the copy on the device.
  const auto access = options.map_weights ? FileAccess::kMmap : FileAccess::kRead;
  REALM_ASSIGN(gguf::File opened, gguf::File::open(path, {.access = access}));
  const auto file = std::make_shared<const gguf::File>(std::move(opened));
  const WeightSource source{.mapped_file = options.map_weights ? file : nullptr,
                            .cache_folder = options.packed_cache,
                            .cache_name = std::filesystem::path(path).stem().string()};
  auto loaded = load_from(*file, device, options, source, log);
  if (!loaded) return std::move(loaded).error().in(path);
  return loaded;
}

Result<ModelText> load_text(const std::string& path) {
  REALM_ASSIGN(const gguf::File file, gguf::File::open(path, {.access = FileAccess::kRead}));
  auto text = read_text(file);
  if (!text) return std::move(text).error().in(path);
  return text;
}

}  // namespace realm
