#include "model/load/vocabulary.hpp"

#include "base/str.hpp"

namespace realm {
namespace {

// Reads optional keys one after another; the first error is kept.
class Optional {
 public:
  explicit Optional(const gguf::Metadata& metadata) : metadata_(metadata) {}

  template <class T>
  std::optional<T> read(const std::string& key) {
    auto found = metadata_.get_optional<T>(key);
    if (found) return *std::move(found);
    if (!error_) error_ = std::move(found).error();
    return std::nullopt;
  }
  template <class T>
  T read_or_empty(const std::string& key) {
    return read<T>(key).value_or(T{});
  }
  Result<void> finish() const {
    if (error_) return *error_;
    return {};
  }

 private:
  const gguf::Metadata& metadata_;
  std::optional<Error> error_;
};

// A sampling value that no sampler would take is as good as none.
template <class T>
std::optional<T> within(std::optional<T> value, T least, T most) {
  return value && *value >= least && *value <= most ? value : std::nullopt;
}

SamplingDefaults read_sampling(Optional& keys) {
  const std::string at = "general.sampling.";
  SamplingDefaults s;
  s.temperature = within<float>(keys.read<float>(at + "temp"), 0, 100);
  s.top_k = within<int32_t>(keys.read<int32_t>(at + "top_k"), 0, INT32_MAX);
  s.top_p = within<float>(keys.read<float>(at + "top_p"), 0, 1);
  s.min_p = within<float>(keys.read<float>(at + "min_p"), 0, 1);
  s.repeat_penalty = within<float>(keys.read<float>(at + "penalty_repeat"), 0.01f, 100);
  s.repeat_last_n = within<int32_t>(keys.read<int32_t>(at + "penalty_last_n"), -1, INT32_MAX);
  return s;
}

}  // namespace

Result<std::optional<VocabData>> read_vocab(const gguf::Metadata& metadata) {
  Optional keys(metadata);
  const std::string at = "tokenizer.ggml.";
  VocabData v;
  v.model = keys.read_or_empty<std::string>(at + "model");
  REALM_TRY(keys.finish());
  if (v.model.empty() || v.model == "none" || v.model == "no_vocab")
    return std::optional<VocabData>();
  v.pre = keys.read_or_empty<std::string>(at + "pre");
  v.tokens = keys.read_or_empty<std::vector<std::string>>(at + "tokens");
  v.scores = keys.read_or_empty<std::vector<float>>(at + "scores");
  v.token_types = keys.read_or_empty<std::vector<int32_t>>(at + "token_type");
  v.merges = keys.read_or_empty<std::vector<std::string>>(at + "merges");
  v.bos = keys.read<uint32_t>(at + "bos_token_id");
  v.eos = keys.read<uint32_t>(at + "eos_token_id");
  v.eot = keys.read<uint32_t>(at + "eot_token_id");
  v.eom = keys.read<uint32_t>(at + "eom_token_id");
  v.unk = keys.read<uint32_t>(at + "unknown_token_id");
  v.pad = keys.read<uint32_t>(at + "padding_token_id");
  v.sep = keys.read<uint32_t>(at + "seperator_token_id");  // the specification's spelling
  if (!v.sep) v.sep = keys.read<uint32_t>(at + "separator_token_id");
  v.cls = keys.read<uint32_t>(at + "cls_token_id");
  v.mask = keys.read<uint32_t>(at + "mask_token_id");
  v.add_bos = keys.read<bool>(at + "add_bos_token");
  v.add_eos = keys.read<bool>(at + "add_eos_token");
  v.add_sep = keys.read<bool>(at + "add_sep_token");
  v.remove_extra_whitespaces = keys.read<bool>(at + "remove_extra_whitespaces");
  // Files have it as uint8 or int8.
  for (const int16_t byte : keys.read_or_empty<std::vector<int16_t>>(at + "precompiled_charsmap")) {
    if (byte < -128 || byte > 255) {
      return Error{Code::kCorruptFile, str(metadata.place_of(at + "precompiled_charsmap"),
                                           ": expected bytes, found ", byte)};
    }
    v.precompiled_charsmap += static_cast<char>(byte);
  }
  v.lowercase = keys.read<bool>(at + "normalizer.lowercase");
  v.strip_accents = keys.read<bool>(at + "normalizer.strip_accents");
  v.add_space_prefix = keys.read<bool>(at + "add_space_prefix");
  REALM_TRY(keys.finish());
  return std::optional<VocabData>(std::move(v));
}

Result<ModelFacts> read_facts(const gguf::File& file) {
  Optional keys(file.metadata());
  ModelFacts facts;
  facts.architecture = keys.read_or_empty<std::string>("general.architecture");
  facts.name = keys.read_or_empty<std::string>("general.name");
  facts.size_label = keys.read_or_empty<std::string>("general.size_label");
  facts.license = keys.read_or_empty<std::string>("general.license");
  facts.chat_template = keys.read_or_empty<std::string>("tokenizer.chat_template");
  facts.context_tokens = keys.read_or_empty<int64_t>(facts.architecture + ".context_length");
  facts.pooling_type = keys.read<int32_t>(facts.architecture + ".pooling_type");
  facts.sampling = read_sampling(keys);
  REALM_TRY(keys.finish());
  for (const gguf::TensorInfo& tensor : file.tensors()) {
    facts.parameters += tensor.shape.elems();
    facts.tensor_bytes += tensor.size_bytes;
  }
  return facts;
}

}  // namespace realm
