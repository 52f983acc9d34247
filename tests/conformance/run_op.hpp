// All cases of one op on devices: what main.cpp asks for. Defined in runner.hpp, which is expensive
// to compile; run_*.cpp instantiate it for the ops of the list.
#pragma once

#include <vector>

#include "backend/device.hpp"
#include "ops/cases/case.hpp"
#include "report.hpp"

namespace realm::conformance {

/// All cases of `Op` on devices.front(); the others must give the same bits.
template <class Op>
OpReport run_op(const std::vector<Device*>& devices, const CaseOptions& options);

}  // namespace realm::conformance
