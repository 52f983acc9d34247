// What a model file says about itself, apart from its tensors: for people, for the engine's
// defaults, for the chat. Untrusted text; numbers are checked where they are used.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace realm {

/// Sampling that the model's makers recommend (general.sampling.*); absent: the file is silent.
struct SamplingDefaults {
  std::optional<float> temperature;
  std::optional<int32_t> top_k;
  std::optional<float> top_p;
  std::optional<float> min_p;
  std::optional<float> repeat_penalty;
  std::optional<int32_t> repeat_last_n;  ///< tokens that the penalty looks back at; -1: all
};

struct ModelFacts {
  std::string architecture;
  std::string name;            ///< general.name, or empty
  std::string size_label;      ///< "135M", or empty
  std::string license;         ///< or empty
  std::string chat_template;   ///< Jinja, or empty: the model has none
  int64_t context_tokens = 0;  ///< longest sequence the model was made for; 0: a vocabulary alone
  int64_t parameters = 0;      ///< elements of all tensors
  uint64_t tensor_bytes = 0;   ///< of all tensors, as stored
  std::optional<int32_t> pooling_type;  ///< <architecture>.pooling_type, as it stands there
  SamplingDefaults sampling;
};

}  // namespace realm
