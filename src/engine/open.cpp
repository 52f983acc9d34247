// Engines and sessions over a model file: the device, the loader and the file's own words put
// together as EngineParts.
#include <algorithm>
#include <limits>
#include <utility>

#include "backend/registry.hpp"
#include "base/str.hpp"
#include "engine/engine_parts.hpp"
#include "model/loader.hpp"
#include "realm/engine.hpp"
#include "realm/session.hpp"

namespace realm {
namespace {

constexpr int32_t kPageTokens = 64;

Result<LoadOptions> load_options(const EngineOptions& options) {
  constexpr int32_t kMostRows = 1 << 16;
  if (options.max_sequences < 1 || options.max_sequences > 1024) {
    return Error{Code::kInvalidArgument,
                 str("max_sequences is ", options.max_sequences, ", must be 1 to 1024")};
  }
  if (options.chunk_tokens < 1 || options.chunk_tokens > kMostRows / 2) {
    return Error{Code::kInvalidArgument,
                 str("chunk_tokens is ", options.chunk_tokens, ", must be 1 to ", kMostRows / 2)};
  }
  if (options.cache_tokens < 0) {
    return Error{Code::kInvalidArgument,
                 str("cache_tokens is ", options.cache_tokens, ", must be at least 0")};
  }
  LoadOptions load{.context_tokens = options.context_tokens,
                   .cache_format = options.cache_format,
                   .block_tokens = kPageTokens,
                   .max_sequences = options.max_sequences,
                   .map_weights = options.map_weights,
                   .packed_cache = options.packed_cache};
  load.n_blocks = options.cache_tokens / kPageTokens + (options.cache_tokens % kPageTokens != 0);
  // A chunk of a prompt and one row of every other sequence.
  load.max_rows = options.chunk_tokens + options.max_sequences - 1;
  return load;
}

// Takes the file's recommendation over where it is one.
template <class T>
void recommend(T SamplingParams::*field, const std::optional<T>& value, const char* name,
               SamplingParams& sampling, const LogSink& log) {
  if (!value) return;
  SamplingParams changed = sampling;
  changed.*field = *value;
  if (check(changed)) {
    sampling = changed;
  } else if (log) {
    log(LogLevel::kWarning, str("the model file recommends ", name, " ", *value,
                                ", which is out of range: the default stays"));
  }
}

SamplingParams sampling_of(const SamplingDefaults& file, const LogSink& log) {
  SamplingParams sampling;
  recommend(&SamplingParams::temperature, file.temperature, "temperature", sampling, log);
  recommend(&SamplingParams::top_k, file.top_k, "top_k", sampling, log);
  recommend(&SamplingParams::top_p, file.top_p, "top_p", sampling, log);
  recommend(&SamplingParams::min_p, file.min_p, "min_p", sampling, log);
  recommend(&SamplingParams::repeat_penalty, file.repeat_penalty, "repeat_penalty", sampling, log);
  recommend(&SamplingParams::repeat_last_n, file.repeat_last_n, "repeat_last_n", sampling, log);
  return sampling;
}

std::string spelling(const Tokenizer& tokenizer, std::optional<TokenId> id) {
  return id ? std::string(tokenizer.piece(*id)) : std::string();
}

// `source` is what load_model() takes; `where` begins errors, unless it is empty.
template <class Source>
Result<EngineParts> parts_of(const Source& source, const std::string& where,
                             const EngineOptions& options) {
  REALM_ASSIGN(const LoadOptions load, load_options(options));
  const DeviceOptions wanted{.threads = options.threads,
                             .decode_threads = options.decode_threads,
                             .pin_threads = options.pin_threads,
                             .cpu_isa = options.cpu_isa,
                             .precise = options.precise,
                             .blas = options.blas};
  REALM_ASSIGN(std::shared_ptr<Device> device, open_device(options.device, wanted, options.log));
  REALM_ASSIGN(LoadedModel loaded, load_model(source, *device, load, options.log));
  if (!loaded.tokenizer) {
    Error error{Code::kUnsupported, "the file has no vocabulary (key tokenizer.ggml.model)"};
    return where.empty() ? error : std::move(error).in(where);
  }
  EngineParts parts{.tokenizer = *std::move(loaded.tokenizer)};
  const ModelFacts& facts = loaded.facts;
  parts.info = describe_model(facts, *device);
  parts.info.sampling = sampling_of(facts.sampling, options.log);
  if (!facts.chat_template.empty()) {
    parts.chat_template =
        ChatTemplate::parse(facts.chat_template, spelling(parts.tokenizer, parts.tokenizer.bos()),
                            spelling(parts.tokenizer, parts.tokenizer.eos()));
  }
  parts.owner = std::move(device);
  parts.runner = std::move(loaded.runner);
  return parts;
}

}  // namespace

Result<EngineParts> load_parts(const gguf::File& file, const EngineOptions& options) {
  return parts_of(file, "", options);
}

ModelInfo describe_model(const ModelFacts& facts, const Device& device) {
  const int64_t most = std::numeric_limits<int32_t>::max();
  return ModelInfo{.name = facts.name,
                   .architecture = facts.architecture,
                   .parameters = static_cast<uint64_t>(facts.parameters),
                   .weight_bytes = facts.tensor_bytes,
                   .context_train = static_cast<int32_t>(std::min(facts.context_tokens, most)),
                   .device = device.info().name,
                   .device_description = device.info().description};
}

Result<std::unique_ptr<Engine>> Engine::open(const std::string& path,
                                             const EngineOptions& options) {
  REALM_ASSIGN(EngineParts parts, parts_of(path, path, options));
  return create(std::move(parts), options);
}

Result<std::unique_ptr<Session>> Session::open(const std::string& path,
                                               const EngineOptions& options) {
  REALM_ASSIGN(EngineParts parts, parts_of(path, path, options));
  return create(std::move(parts), options);
}

}  // namespace realm
