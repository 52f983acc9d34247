// A step from outside is checked before it reaches a device: kernels follow its numbers.
#pragma once

#include "model/step.hpp"

namespace realm {

/// The error names the row and the number.
Result<void> check_step(const Step& step, const StepLimits& limits, size_t n_logits);

}  // namespace realm
