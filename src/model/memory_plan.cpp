#include "model/memory_plan.hpp"

#include <array>

namespace realm {
namespace {

std::string size_of(uint64_t bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  const auto tenths = static_cast<uint64_t>(value * 10 + 0.5);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " " + kUnits[unit];
}

}  // namespace

std::string to_string(const MemoryPlan& plan) {
  const std::string weights = plan.mapped_bytes > 0
                                  ? "weights in the file, " + size_of(plan.mapped_bytes) + "; "
                                  : "weights " + size_of(plan.weight_bytes) + " + ";
  std::string out = weights + "cache " + size_of(plan.cache_bytes) + " + activations " +
                    size_of(plan.activation_bytes) + " = " + size_of(plan.total());
  if (plan.device_bytes > 0) out += " of " + size_of(plan.device_bytes);
  return out;
}

}  // namespace realm
