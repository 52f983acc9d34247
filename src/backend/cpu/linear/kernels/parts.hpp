// The parts of the kernel table that objects of their own hold.
#pragma once

#include "backend/cpu/linear/kernel_table.hpp"

namespace realm::cpu::REALM_ISA {

extern const MultiplyPart kPart0;
extern const MultiplyPart kPart1;
extern const MultiplyPart kPart2;

}  // namespace realm::cpu::REALM_ISA
