#include "model/runner.hpp"

#include <algorithm>

#include "base/str.hpp"
#include "model/check_step.hpp"
#include "ops/op_list.hpp"

namespace realm {
namespace {

// One row of each of several sequences, every row's logits wanted.
bool is_decode(const Step& step, int32_t max_sequences) {
  const size_t n = step.tokens.size();
  if (n > static_cast<size_t>(max_sequences) || step.logit_rows.size() != n) return false;
  for (size_t i = 0; i < n; ++i) {
    if (step.logit_rows[i] != static_cast<int32_t>(i)) return false;
    if (i > 0 && step.sequences[i] == step.sequences[i - 1]) return false;
  }
  return true;
}

// Tokens of each sequence of a step that holds them whole.
std::vector<int32_t> lengths_of(const Step& step) {
  std::vector<int32_t> lengths(step.block_tables.size(), 1);
  for (size_t i = 0; i < step.tokens.size(); ++i) {
    lengths[static_cast<size_t>(step.sequences[i])] = step.positions[i] + 1;
  }
  return lengths;
}

}  // namespace

// Up to 8 rows every count has its own plan: few plans, no waste where latency counts. Beyond that
// multiples of 8, the tile of most kernels.
int32_t Runner::decode_bucket(int32_t rows, int32_t max_sequences) {
  return rows <= 8 ? rows : std::min((rows + 7) / 8 * 8, max_sequences);
}

// Logits are wide (vocab_size floats a row): a scoring run that asks for all rows of a step gets
// them in slices instead of an arena for all.
int32_t Runner::head_rows(const StepLimits& limits) {
  return std::min(limits.max_rows, std::max(limits.max_sequences, 32));
}

Runner::Runner(std::unique_ptr<Model> model, const StepLimits& limits)
    : model_(std::move(model)),
      limits_(limits),
      arena_(model_->config, limits, head_rows(limits)) {}

Result<std::unique_ptr<Runner>> Runner::create(Device& device, std::unique_ptr<Model> model,
                                               const StepLimits& limits, Format cache_format) {
  std::unique_ptr<Runner> runner(new Runner(std::move(model), limits));
  REALM_ASSIGN(runner->cache_, allocate_kv_cache(device, runner->model_->config, cache_format,
                                                 limits.block_tokens, limits.n_blocks));
  REALM_ASSIGN(
      runner->arena_buffer_,
      device.allocate(static_cast<size_t>(runner->arena_.size_bytes()), BufferUse::kActivations));
  runner->arena_.attach(runner->arena_buffer_.get());
  REALM_ASSIGN(runner->stream_, device.stream());
  REALM_TRY(runner->probe());
  return runner;
}

Result<void> Runner::probe() {
  upload_step(Step{}, 1);
  Weights first = model_->weights;
  first.layers.resize(1);
  StepViews views = arena_.step(1);
  views.cache = cache_.layers;
  model_->architecture->layers(*stream_, model_->config, first, views);
  if (!model_->config.encoder) run_head(1, 0, 1);
  return stream_->sync();
}

// As many layers as are more than caches hold, or all: what they do to memory is what counts.
Result<void> Runner::tune(const LogSink& log, uint64_t weight_bytes) {
  constexpr uint64_t kBytes = uint64_t{256} << 20;
  const size_t layers = model_->weights.layers.size();
  const uint64_t layer_bytes = weight_bytes / std::max<size_t>(layers, 1) + 1;
  Weights first = model_->weights;
  first.layers.resize(std::min<uint64_t>(layers, kBytes / layer_bytes + 1));
  upload_step(Step{}, 1);
  StepViews views = arena_.step(1);
  views.cache = cache_.layers;
  return stream_->device().tune_decode(
      [&] {
        model_->architecture->layers(*stream_, model_->config, first, views);
        return stream_->sync();
      },
      log);
}

Result<void> Runner::run(const Step& step, std::span<float> logits) {
  if (model_->config.encoder) {
    return Error{Code::kUnsupported, str("architecture ", model_->architecture->name,
                                         " has no output head: it makes embeddings")};
  }
  REALM_TRY(check_step(step, limits_, logits.size(), limits_.vocab_size));
  if (step.tokens.empty()) return {};
  const auto rows = static_cast<int32_t>(step.tokens.size());
  const auto asked = static_cast<int32_t>(step.logit_rows.size());
  const auto width = static_cast<size_t>(limits_.vocab_size);
  if (is_decode(step, limits_.max_sequences)) {
    const int32_t padded = decode_bucket(rows, limits_.max_sequences);
    REALM_ASSIGN(const Plan* plan, decode_plan(padded));
    upload_step(step, padded);
    stream_->replay(*plan);
    download(*stream_, arena_.head(padded, 0, rows).logits, logits);
    return stream_->sync();
  }
  upload_step(step, rows);
  run_layers(rows);
  for (int32_t first = 0; first < asked; first += arena_.logit_rows()) {
    const int32_t count = std::min(arena_.logit_rows(), asked - first);
    run_head(rows, first, count);
    download(
        *stream_, arena_.head(rows, first, count).logits,
        logits.subspan(static_cast<size_t>(first) * width, static_cast<size_t>(count) * width));
  }
  return stream_->sync();
}

Result<void> Runner::run_states(const Step& step, std::span<float> states) {
  REALM_TRY(check_step(step, limits_, states.size(), limits_.dim));
  if (step.tokens.empty()) return {};
  const auto rows = static_cast<int32_t>(step.tokens.size());
  upload_step(step, rows);
  run_layers(rows);
  if (!model_->config.encoder) run_last_norm(rows);
  // Rows that stand together are fetched together: an encoder's are all of them.
  const TensorView hidden = arena_.step(rows).hidden;
  const auto width = static_cast<size_t>(limits_.dim);
  for (size_t i = 0; i < step.logit_rows.size();) {
    size_t end = i + 1;
    while (end < step.logit_rows.size() && step.logit_rows[end] == step.logit_rows[end - 1] + 1) {
      ++end;
    }
    download(*stream_, hidden.slice_rows(step.logit_rows[i], static_cast<int64_t>(end - i)),
             states.subspan(i * width, (end - i) * width));
    i = end;
  }
  return stream_->sync();
}

// Every decoder of this build norms by the root mean square in front of its head.
void Runner::run_last_norm(int32_t rows) {
  const TensorView hidden = arena_.step(rows).hidden;
  stream_->run(RmsNorm{.x = hidden,
                       .weight = model_->weights.output_norm,
                       .out = hidden,
                       .eps = model_->config.norm_eps});  // [n, dim]
}

void Runner::upload_step(const Step& step, int32_t padded_rows) {
  const StepViews views = arena_.step(padded_rows);
  const auto upload_ids = [&](const TensorView& to, const std::vector<int32_t>& ids, int32_t pad) {
    staging_.assign(static_cast<size_t>(to.cols()), pad);
    std::copy(ids.begin(), ids.end(), staging_.begin());
    upload<int32_t>(*stream_, to, staging_);
  };
  upload_ids(views.tokens, step.tokens, 0);
  upload_ids(views.batch.positions, step.positions, 0);
  upload_ids(views.batch.sequences, step.sequences, -1);
  if (model_->config.encoder) {
    upload_ids(views.types, {}, 0);  // one text a sequence: all of the first type
    upload_ids(views.lengths, lengths_of(step), 1);
  }
  // A plan's head is run for its padding rows too.
  const auto asked = static_cast<int32_t>(step.logit_rows.size());
  if (const int32_t ids =
          padded_rows > static_cast<int32_t>(step.tokens.size()) ? padded_rows : asked;
      ids > 0) {
    upload_ids(arena_.logit_row_ids(ids), step.logit_rows, 0);
  }
  const auto width = static_cast<size_t>(arena_.max_blocks());
  const size_t tables = std::max<size_t>(step.block_tables.size(), 1);
  staging_.assign(tables * width, 0);
  for (size_t s = 0; s < step.block_tables.size(); ++s) {
    std::copy(step.block_tables[s].begin(), step.block_tables[s].end(),
              staging_.begin() + static_cast<ptrdiff_t>(s * width));
  }
  upload<int32_t>(*stream_, arena_.block_tables(static_cast<int32_t>(tables)), staging_);
}

void Runner::run_layers(int32_t rows) {
  StepViews views = arena_.step(rows);
  views.cache = cache_.layers;
  model_->architecture->layers(*stream_, model_->config, model_->weights, views);
}

void Runner::run_head(int32_t rows, int32_t first, int32_t count) {
  model_->architecture->head(*stream_, model_->config, model_->weights,
                             arena_.head(rows, first, count));
}

Result<const Plan*> Runner::decode_plan(int32_t rows) {
  auto& plan = decode_plans_[rows];
  if (!plan) {
    stream_->begin_plan();
    run_layers(rows);
    run_head(rows, 0, rows);
    auto recorded = stream_->end_plan();
    if (!recorded) {
      decode_plans_.erase(rows);
      return std::move(recorded).error();
    }
    plan = std::move(*recorded);
  }
  return static_cast<const Plan*>(plan.get());
}

}  // namespace realm
