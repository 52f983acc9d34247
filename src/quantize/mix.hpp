// Mix: which format a type gives to each tensor of a model.
//
// Some rules count layers. The layers of a role are its tensors in the order of layer_order(), for
// which choose() must be called; where a model has experts, several tensors of a role share a layer
// and the number in the name counts instead. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gguf/gguf.hpp"
#include "quantize/types.hpp"

namespace realm::quantization {

/// What the choice needs to know of a model. Files say it or not: nothing is required.
struct Facts {
  std::string architecture;
  int layers = 0;
  int experts = 0;
  int query_heads_per_kv_head = 1;  ///< in the first layer; 0 where it has no heads of keys
  bool seventy_billion = false;     ///< one of the models of that size, whose attn_v is small
  bool has_output = false;          ///< else the embedding serves as output matrix too
  int attention_values = 0;         ///< tensors of Role::kAttentionV
};

Result<Facts> facts_of(const gguf::File& file);

/// Indices of file.tensors(): by layer, then by name; tensors outside layers first.
std::vector<size_t> layer_order(const gguf::File& file);

struct Choice {
  Format format;
  std::optional<Format> fallback_from;  ///< what was wanted, where it does not divide the rows
};

class Mix {
 public:
  Mix(const Type& type, bool pure, Facts facts);
  /// For a tensor without why_kept().
  Choice choose(const gguf::TensorInfo& tensor);

 private:
  Format wanted(const gguf::TensorInfo& tensor);
  Format wanted_output(uint64_t cols) const;
  bool holds(const Rule& rule, const gguf::TensorInfo& tensor, int layer, int layers) const;

  const Type& type_;
  bool pure_;
  Facts facts_;
  int attention_values_ = 0;  ///< of role kAttentionV, chosen so far
  int ffn_downs_ = 0;         ///< of role kFfnDown
};

}  // namespace realm::quantization
