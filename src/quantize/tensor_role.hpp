// What a tensor is for, by its name, as far as choosing its format depends on it. The names are
// those of GGUF's conventions, which all architectures share.
#pragma once

#include <cstdint>
#include <string_view>

#include "gguf/gguf.hpp"

namespace realm::quantization {

enum class Role : uint8_t {
  kTokenEmbedding,
  kOutput,
  kAttentionQ,
  kAttentionK,
  kAttentionV,  ///< or what holds it: fused with Q and K, or compressed with K
  kAttentionOutput,
  kFfnUp,
  kFfnGate,
  kFfnDown,
  kOther,
};

Role role_of(std::string_view name);

/// The N of "blk.N.", or -1.
int layer_of(std::string_view name);

/// Why a tensor keeps its format whatever the type; empty: it does not. `architecture` is the
/// file's general.architecture. `pure`: no matrix of weights is too small or too sensitive.
std::string_view why_kept(const gguf::TensorInfo& tensor, std::string_view architecture, bool pure);

}  // namespace realm::quantization
