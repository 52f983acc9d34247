// Bytes that this program has asked operator new for so far, freed or not.
#pragma once

#include <cstddef>

namespace realm::testing {

size_t allocated_bytes();

}  // namespace realm::testing
