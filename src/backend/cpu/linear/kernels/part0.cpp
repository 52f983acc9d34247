#include "backend/cpu/linear/kernels/part.hpp"

namespace realm::cpu::REALM_ISA {

constinit const MultiplyPart kPart0 = make_part<0>();

}  // namespace realm::cpu::REALM_ISA
