#include <cmath>
#include <limits>

#include "base/str.hpp"
#include "realm/sampling.hpp"

namespace realm {
namespace {

Result<void> in_range(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return {};
  const bool open = high >= std::numeric_limits<int32_t>::max();
  return Error{Code::kInvalidArgument,
               open ? str(name, " is ", value, ", must be at least ", low)
                    : str(name, " is ", value, ", must be ", low, " to ", high)};
}

}  // namespace

Result<void> check(const SamplingParams& params) {
  constexpr double kNoLimit = std::numeric_limits<int32_t>::max();
  REALM_TRY(in_range("temperature", params.temperature, 0, 100));
  REALM_TRY(in_range("top_k", params.top_k, 0, kNoLimit));
  REALM_TRY(in_range("top_p", params.top_p, 0, 1));
  REALM_TRY(in_range("min_p", params.min_p, 0, 1));
  // As written: 0.01f is a little less than 0.01.
  REALM_TRY(in_range("repeat_penalty", params.repeat_penalty, 0.01f, 100));
  REALM_TRY(in_range("repeat_last_n", params.repeat_last_n, -1, kNoLimit));
  return {};
}

}  // namespace realm
