#include "model/architecture.hpp"

#include <algorithm>

#include "backend/device.hpp"
#include "base/str.hpp"
#include "model/families/families.hpp"

namespace realm {
namespace {

constexpr const Architecture* kArchitectures[] = {
    &families::kLlama,  &families::kQwen2, &families::kQwen3, &families::kGemma2,
    &families::kGemma3, &families::kPhi3,  &families::kBert,
};

}  // namespace

std::span<const Architecture* const> architectures() { return kArchitectures; }

Result<const Architecture*> find_architecture(const std::string& name) {
  std::string known;
  for (const Architecture* row : kArchitectures) {
    if (row->name == name) return row;
    known += (known.empty() ? "" : ", ") + std::string(row->name);
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
