// A step from outside is checked before it reaches a device: kernels follow its numbers.
#pragma once

#include "model/step.hpp"

namespace realm {

/// `n_results` is the room for results of `width` elements a row. The error names the row and the
/// number.
Result<void> check_step(const Step& step, const StepLimits& limits, size_t n_results,
                        int32_t width);

}  // namespace realm
