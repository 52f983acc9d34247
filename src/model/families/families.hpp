// The families that this build runs, one file each: how the family's numbers are read, what its
// tensors are called, and its two passes, written as ordinary calls on a stream.
#pragma once

#include "model/architecture.hpp"

namespace realm::families {

extern const Architecture kBert;
extern const Architecture kLlama;
extern const Architecture kPhi3;
extern const Architecture kQwen2;
extern const Architecture kQwen3;
extern const Architecture kGemma2;
extern const Architecture kGemma3;

}  // namespace realm::families
