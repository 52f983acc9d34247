#include "cli/measure/model_work.hpp"

#include <algorithm>

#include "model/architecture.hpp"

namespace realm::cli {
namespace {

constexpr const char* kEmbedding = "token_embd.weight";
constexpr const char* kOutput = "output.weight";

}  // namespace

double ModelWork::step_bytes(const Measurement& m) const {
  const double middle = m.depth + (m.tokens + 1) / 2.0;
  double positions = 0;
  for (const int32_t window : windows) {
    positions += window > 0 ? std::min<double>(window, middle) : middle;
  }
  return static_cast<double>(weight_bytes) +
         m.sequences * positions * static_cast<double>(kv_bytes);
}

double ModelWork::read_percent(const Measurement& m, const Ceilings& ceilings) const {
  const double steps_per_second = m.median() / m.sequences;
  return 100 * step_bytes(m) * steps_per_second / ceilings.read_bytes_per_second;
}

double ModelWork::multiply_percent(const Measurement& m, const Ceilings& ceilings) const {
  const auto seconds = [&](const Macs& macs) {
    return static_cast<double>(macs.int8) / ceilings.int8_macs_per_second +
           static_cast<double>(macs.plain) / ceilings.float_macs_per_second;
  };
  // A prompt has the logits of its last token.
  const double heads = m.kind == "prompt" ? 1.0 / m.tokens : 1.0;
  return 100 * m.median() * (seconds(layers) + heads * seconds(head));
}

Result<ModelWork> work_of(const gguf::File& file, Format cache_format) {
  REALM_ASSIGN(const auto name, file.metadata().get<std::string>("general.architecture"));
  REALM_ASSIGN(const Architecture* architecture, find_architecture(name));
  REALM_ASSIGN(const Config config,
               architecture->read_config(file.metadata(), name, architecture->pairs));
  ModelWork work;
  const auto head = row_bytes(cache_format, static_cast<uint64_t>(config.head_dim));
  if (!head) {
    return Error{Code::kInvalidArgument, "heads that are not whole blocks of the cache's format"};
  }
  work.kv_bytes = 2 * *head * static_cast<uint64_t>(config.kv_heads);
  for (const LayerConfig& layer : config.layers) work.windows.push_back(layer.window);
  const bool tied = file.find(kOutput) == nullptr;
  for (const gguf::TensorInfo& tensor : file.tensors()) {
    if (tensor.shape.rank() < 2) continue;
    const bool embedding = tensor.name == kEmbedding;
    if (embedding && !tied) continue;  // a row of it for a token
    const bool is_head = embedding || tensor.name == kOutput;
    ModelWork::Macs& macs = is_head ? work.head : work.layers;
    const bool blocks = info(tensor.format).block_elems > 1;
    (blocks ? macs.int8 : macs.plain) += static_cast<uint64_t>(tensor.shape.elems());
    work.weight_bytes += tensor.size_bytes;
  }
  return work;
}

}  // namespace realm::cli
