#include "quantize/mix.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

namespace realm::quantization {
namespace {

constexpr std::string_view kFalconName = "falcon";

// A number, or the first of an array that has one for every layer.
Result<int64_t> first_of(const gguf::Metadata& metadata, const std::string& key, int64_t fallback) {
  const gguf::Value* value = metadata.find(key);
  if (value != nullptr && value->type() == gguf::ValueType::kArray) {
    REALM_ASSIGN(const auto all, metadata.get<std::vector<int64_t>>(key));
    return all.empty() ? fallback : all.front();
  }
  return metadata.get_or<int64_t>(key, fallback);
}

// Files may say anything; sums and products of these must not overflow.
int sane(int64_t count) { return static_cast<int>(std::clamp<int64_t>(count, 0, 1 << 20)); }

// The models whose 80 layers (68 of Jais) share each attn_v among eight heads: it is so small that
// more bits cost next to nothing.
bool is_seventy_billion(const std::string& architecture, int64_t layers, bool grouped_heads) {
  if (architecture == "llama") return layers == 80 && grouped_heads;
  if (architecture == "qwen2" || architecture == "deci" || architecture == "olmo") {
    return layers == 80;
  }
  return architecture == "jais2" && layers == 68;
}

}  // namespace

Result<Facts> facts_of(const gguf::File& file) {
  const gguf::Metadata& metadata = file.metadata();
  Facts facts;
  REALM_ASSIGN(facts.architecture, metadata.get_or<std::string>("general.architecture", ""));
  const std::string& name = facts.architecture;
  REALM_ASSIGN(const int64_t layers, first_of(metadata, name + ".block_count", 0));
  REALM_ASSIGN(const int64_t experts, first_of(metadata, name + ".expert_count", 0));
  REALM_ASSIGN(const int64_t heads, first_of(metadata, name + ".attention.head_count", 0));
  REALM_ASSIGN(const int64_t kv_heads,
               first_of(metadata, name + ".attention.head_count_kv", heads));
  facts.layers = sane(layers);
  facts.experts = sane(experts);
  facts.query_heads_per_kv_head = kv_heads < 1 ? 0 : sane(heads / kv_heads);
  facts.seventy_billion = is_seventy_billion(name, layers, heads != kv_heads);
  for (const gguf::TensorInfo& tensor : file.tensors()) {
    const Role role = role_of(tensor.name);
    if (role == Role::kOutput) facts.has_output = true;
    if (role == Role::kAttentionV) ++facts.attention_values;
  }
  return facts;
}

std::vector<size_t> layer_order(const gguf::File& file) {
  const auto& tensors = file.tensors();
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto place = [&](size_t i) {
    return std::tuple(layer_of(tensors[i].name), std::string_view(tensors[i].name));
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return place(a) < place(b); });
  return order;
}

Mix::Mix(const Type& type, bool pure, Facts facts)
    : type_(type), pure_(pure), facts_(std::move(facts)) {}

Choice Mix::choose(const gguf::TensorInfo& tensor) {
  const bool blocks = info(type_.format).block_elems > 1;
  const Format format = blocks && !pure_ ? wanted(tensor) : type_.format;
  const auto cols = static_cast<uint64_t>(tensor.shape.cols());
  if (row_bytes(format, cols)) return {format, {}};
  return {fallback_of(format, cols), format};
}

Format Mix::wanted_output(uint64_t cols) const {
  if (type_.output == OutputRule::kQ8_0) return Format::kQ8_0;
  if (facts_.architecture == kFalconName || !row_bytes(type_.format, cols)) return Format::kQ8_0;
  return type_.format == Format::kQ8_0 ? Format::kQ8_0 : Format::kQ6_K;
}

bool Mix::holds(const Rule& rule, const gguf::TensorInfo& tensor, int layer, int layers) const {
  const bool falcon = facts_.architecture == kFalconName;
  if (rule.family != Family::kAny && falcon != (rule.family == Family::kFalcon)) return false;
  switch (rule.when) {
    case When::kAlways:
      return true;
    case When::kFirstTwo:
      return layer < 2;
    case When::kFirstFour:
      return layer < 4;
    case When::kFirstEighth:
      return layer < layers / 8;
    case When::kFirstSixteenth:
      return layer < layers / 16;
    case When::kMoreBits:
      return gets_more_bits(layer, layers);
    case When::kFourQueryHeads:
      return facts_.query_heads_per_kv_head >= 4;
    case When::kEightExperts:
      return facts_.experts == 8;
    case When::kNotEightExperts:
      return facts_.experts != 8;
    case When::kOneMatrix:
      return tensor.shape.rank() < 3 || tensor.shape[tensor.shape.rank() - 3] == 1;
  }
  return false;
}

Format Mix::wanted(const gguf::TensorInfo& tensor) {
  if (type_.output == OutputRule::kAsOthers) return type_.format;
  const Role role = role_of(tensor.name);
  const bool serves_as_output =
      role == Role::kOutput || (role == Role::kTokenEmbedding && !facts_.has_output);
  if (serves_as_output) return wanted_output(static_cast<uint64_t>(tensor.shape.cols()));

  int layer = 0, layers = 0;
  if (role == Role::kAttentionV) {
    layer = attention_values_++;
    layers = facts_.attention_values;
  } else if (role == Role::kFfnDown) {
    layer = ffn_downs_++;
    layers = facts_.layers;
    const int named = layer_of(tensor.name);
    if (facts_.experts > 1 && named >= 0) layer = named;
  }
  Format format = type_.format;
  for (const Rule& rule : type_.rules) {
    if (rule.role != role || !holds(rule, tensor, layer, layers)) continue;
    format = rule.format;
    break;
  }
  // Small in these models, and worth it.
  if (role == Role::kAttentionV && facts_.seventy_billion &&
      (format == Format::kQ3_K || format == Format::kQ4_K)) {
    format = Format::kQ5_K;
  }
  if (facts_.experts == 8 && (role == Role::kAttentionV || role == Role::kAttentionK)) {
    format = Format::kQ8_0;
  }
  return format;
}

}  // namespace realm::quantization
