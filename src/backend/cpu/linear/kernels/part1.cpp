#include "backend/cpu/linear/kernels/part.hpp"

namespace realm::cpu::REALM_ISA {

constinit const MultiplyPart kPart1 = make_part<1>();

}  // namespace realm::cpu::REALM_ISA
