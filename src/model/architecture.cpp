#include "model/architecture.hpp"

#include <algorithm>

#include "backend/device.hpp"
#include "base/str.hpp"
#include "model/llama.hpp"
#include "model/load/decoder_config.hpp"

namespace realm {
namespace {

// clang-format off
constexpr Architecture kArchitectures[] = {
    {"llama", RopePairs::kAdjacent, read_decoder_config, declare_llama, llama_layers, llama_head, kLlamaOps},
    // Biases on Q, K and V, and NeoX's order of pairs; otherwise the same layers.
    {"qwen2", RopePairs::kHalves, read_decoder_config, declare_llama, llama_layers, llama_head, kLlamaOps},
};
// clang-format on

}  // namespace

std::span<const Architecture> architectures() { return kArchitectures; }

Result<const Architecture*> find_architecture(const std::string& name) {
  std::string known;
  for (const Architecture& row : kArchitectures) {
    if (row.name == name) return &row;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  return Error{Code::kUnsupported, str("architecture \"", gguf::printable(name), "\"",
                                       " is not one of those this build runs: ", known)};
}

Result<void> check_ops(const Architecture& architecture, const Device& device) {
  std::string missing;
  for (const std::string& op : missing_ops(device)) {
    if (std::find(architecture.ops.begin(), architecture.ops.end(), op) != architecture.ops.end()) {
      missing += (missing.empty() ? "" : ", ") + op;
    }
  }
  if (missing.empty()) return {};
  return Error{Code::kUnsupported, str("device ", device.info().name, " has no kernel for ",
                                       missing, ", which ", architecture.name, " needs")};
}

}  // namespace realm
