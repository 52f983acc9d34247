#include "realm/embedder.hpp"

#include <algorithm>

#include "backend/registry.hpp"
#include "base/str.hpp"
#include "engine/engine_parts.hpp"
#include "engine/pool_states.hpp"
#include "model/loader.hpp"

namespace realm {
namespace {

constexpr int32_t kPageTokens = 64;
constexpr int32_t kMostSequences = 64;

// A text on its way: the tokens before `done` have been computed.
struct Text {
  std::vector<TokenId> tokens;
  PooledText pooled;
  int32_t done = 0;
  int32_t length() const { return static_cast<int32_t>(tokens.size()); }
};

Result<Pooling> pooling_of(const LoadedModel& model, std::optional<Pooling> asked) {
  if (asked) return *asked;
  const auto stated = model.facts.pooling_type;
  const std::string key = model.facts.architecture + ".pooling_type";
  if (!stated) {
    if (model.encoder) return Pooling::kNone;
    return Error{Code::kUnsupported,
                 str("architecture ", model.facts.architecture, " writes text, and the file names ",
                     "no pooling (key ", key, "): name one, such as mean or last")};
  }
  if (*stated < 0 || *stated > static_cast<int32_t>(Pooling::kLast)) {
    return Error{Code::kUnsupported,
                 str("key ", key, ": ", *stated, " is none of 0 (none), 1 (mean), 2 (cls), ",
                     "3 (last)", *stated == 4 ? ": a model that ranks makes no embeddings" : "")};
  }
  return static_cast<Pooling>(*stated);
}

}  // namespace

std::string_view to_string(Pooling pooling) {
  constexpr std::string_view kNames[] = {"none", "mean", "cls", "last"};
  return kNames[static_cast<size_t>(pooling)];
}

struct Embedder::Impl {
  std::shared_ptr<Device> device;  // outlives the runner
  LoadedModel model;
  ModelInfo info;
  Pooling pooling = Pooling::kNone;
  bool normalize = true;
  Step step{};  // kept for its memory

  Result<std::vector<Text>> encode(std::span<const std::string> texts) const;
  Result<void> compute(std::vector<Text>& texts);
  Result<void> run_step(std::span<Text*> texts);
};

Result<std::vector<Text>> Embedder::Impl::encode(std::span<const std::string> texts) const {
  const StepLimits& limits = model.runner->limits();
  std::vector<Text> out;
  for (size_t i = 0; i < texts.size(); ++i) {
    auto tokens = model.tokenizer->encode(texts[i]);
    if (!tokens) return std::move(tokens).error().in(str("text ", i + 1));
    if (tokens->empty()) return Error{Code::kInvalidArgument, str("text ", i + 1, " is empty")};
    if (tokens->size() > static_cast<size_t>(limits.context_tokens)) {
      return Error{Code::kInvalidArgument,
                   str("text ", i + 1, " has ", tokens->size(), " tokens, the context holds ",
                       limits.context_tokens, ": texts are not cut, make it shorter")};
    }
    const auto count = static_cast<int32_t>(tokens->size());
    out.push_back({*std::move(tokens), PooledText(pooling, limits.dim, count)});
  }
  return out;
}

// Texts in order, as many to a step as fit. Only a decoder's text may be longer than a step: it
// then goes through several of them alone, its keys and values staying where they are.
Result<void> Embedder::Impl::compute(std::vector<Text>& texts) {
  const StepLimits& limits = model.runner->limits();
  std::vector<Text*> batch;
  for (size_t i = 0; i < texts.size();) {
    batch.clear();
    int32_t rows = 0;
    int32_t pages = 0;
    for (; i < texts.size() && static_cast<int32_t>(batch.size()) < limits.max_sequences; ++i) {
      const int32_t more = texts[i].length();
      const int32_t more_pages = (more + limits.block_tokens - 1) / limits.block_tokens;
      const bool fits = rows + more <= limits.max_rows && pages + more_pages <= limits.n_blocks;
      if (!batch.empty() && !fits) break;
      batch.push_back(&texts[i]);
      rows += more;
      pages += more_pages;
    }
    while (batch.back()->done < batch.back()->length()) REALM_TRY(run_step(batch));
  }
  return {};
}

Result<void> Embedder::Impl::run_step(std::span<Text*> texts) {
  const StepLimits& limits = model.runner->limits();
  step.tokens.clear();
  step.positions.clear();
  step.sequences.clear();
  step.block_tables.clear();
  step.logit_rows.clear();
  int32_t page = 0;
  for (const Text* text : texts) {
    const auto sequence = static_cast<int32_t>(step.block_tables.size());
    auto& table = step.block_tables.emplace_back();
    for (int32_t t = 0; t < text->length(); t += limits.block_tokens) table.push_back(page++);
    const int32_t end = std::min(text->length(), text->done + limits.max_rows);
    for (int32_t t = text->done; t < end; ++t) {
      if (text->pooled.wants(t))
        step.logit_rows.push_back(static_cast<int32_t>(step.tokens.size()));
      step.tokens.push_back(index(text->tokens[static_cast<size_t>(t)]));
      step.positions.push_back(t);
      step.sequences.push_back(sequence);
    }
  }
  const auto dim = static_cast<size_t>(limits.dim);
  std::vector<float> states(step.logit_rows.size() * dim);
  REALM_TRY(model.runner->run_states(step, states));
  size_t at = 0;
  for (Text* text : texts) {
    const int32_t end = std::min(text->length(), text->done + limits.max_rows);
    for (; text->done < end; ++text->done) {
      if (!text->pooled.wants(text->done)) continue;
      text->pooled.add(std::span(states).subspan(at, dim));
      at += dim;
    }
  }
  return {};
}

Embedder::Embedder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Embedder::~Embedder() = default;

Result<std::unique_ptr<Embedder>> Embedder::open(const std::string& path,
                                                 const EmbedderOptions& options) {
  if (options.batch_tokens < 1 || options.batch_tokens > 1 << 15) {
    return Error{Code::kInvalidArgument,
                 str("batch_tokens is ", options.batch_tokens, ", must be 1 to ", 1 << 15)};
  }
  auto impl = std::make_unique<Impl>();
  REALM_ASSIGN(impl->device, open_device(options.device,
                                         {.threads = options.threads,
                                          .pin_threads = options.pin_threads,
                                          .cpu_isa = options.cpu_isa,
                                          .precise = options.precise,
                                          .blas = options.blas},
                                         options.log));
  const LoadOptions load{.use = LoadUse::kEmbed,
                         .context_tokens = options.context_tokens,
                         .block_tokens = kPageTokens,
                         .max_rows = options.batch_tokens,
                         .max_sequences = std::min(kMostSequences, options.batch_tokens),
                         .map_weights = options.map_weights,
                         .packed_cache = options.packed_cache};
  REALM_ASSIGN(impl->model, load_model(path, *impl->device, load, options.log));
  if (!impl->model.tokenizer) {
    return Error{Code::kUnsupported, "the file has no vocabulary (key tokenizer.ggml.model)"}.in(
        path);
  }
  auto pooling = pooling_of(impl->model, options.pooling);
  if (!pooling) return std::move(pooling).error().in(path);
  impl->pooling = *pooling;
  impl->normalize = options.normalize;
  impl->info = describe_model(impl->model.facts, *impl->device);
  impl->info.vocab_size = impl->model.runner->limits().vocab_size;
  impl->info.context_tokens = impl->model.runner->limits().context_tokens;
  return std::unique_ptr<Embedder>(new Embedder(std::move(impl)));
}

Result<std::vector<Embedding>> Embedder::embed(std::span<const std::string> texts) {
  REALM_ASSIGN(std::vector<Text> encoded, impl_->encode(texts));
  REALM_TRY(impl_->compute(encoded));
  std::vector<Embedding> out;
  for (const Text& text : encoded) out.push_back(text.pooled.finish(impl_->normalize));
  return out;
}

int32_t Embedder::dim() const { return impl_->model.runner->limits().dim; }
Pooling Embedder::pooling() const { return impl_->pooling; }
const ModelInfo& Embedder::info() const { return impl_->info; }
const Tokenizer& Embedder::tokenizer() const { return *impl_->model.tokenizer; }

}  // namespace realm
