#include "backend/cpu/linear/kernels/part.hpp"

namespace realm::cpu::REALM_ISA {

constinit const MultiplyPart kPart2 = make_part<2>();

}  // namespace realm::cpu::REALM_ISA
