// BrokenDevice: the reference device with one fault. Conformance must find each of them: a suite
// that cannot fail proves nothing.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "backend/device.hpp"

namespace realm::conformance {

enum class Fault : uint8_t {
  kNone,
  kRelativeError,  ///< one element of the output is off by 1/1024
  kLastUnwritten,  ///< the last element of the output is not written
  kOverrun,        ///< one element after the output's last row is written
  kGapWritten,     ///< one element after the output's first row is written
  kInputChanged,   ///< the op's first input is modified
  kNeighbourBits,  ///< with more than one row, the first row's last bit differs
  kPoisonLost,     ///< NaN in the output becomes zero
  kForeignPage,    ///< a byte of another page of the cache is written
  kRowForgotten,   ///< the last row's keys are not written
  kValuesRounded,  ///< values in the cache are cut to bfloat16
  kLossyPack,      ///< one bit of a packed weight is lost
  kPlanIgnored,    ///< replaying a plan does nothing
  kPlanStale,      ///< a replay repeats the results of the first run
};

struct FaultInfo {
  Fault fault;
  std::string_view name;
  std::string_view op;  ///< an op that shows it
};
const std::vector<FaultInfo>& faults();

std::unique_ptr<Device> make_broken_device(Fault fault);

}  // namespace realm::conformance
