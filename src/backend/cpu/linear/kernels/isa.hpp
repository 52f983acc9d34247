// The instruction set that this object is compiled for, as struct Isa.
#pragma once

#if defined(REALM_ISA_AVX512)
#include "backend/cpu/linear/isa/avx512.hpp"
#elif defined(REALM_ISA_AVX2VNNI)
#include "backend/cpu/linear/isa/avx2vnni.hpp"
#elif defined(REALM_ISA_AVX2)
#include "backend/cpu/linear/isa/avx2.hpp"
namespace realm::cpu::REALM_ISA {
using Isa = Avx2;
}
#elif defined(REALM_ISA_NEONI8MM)
#include "backend/cpu/linear/isa/neoni8mm.hpp"
#elif defined(REALM_ISA_NEON)
#include "backend/cpu/linear/isa/neon.hpp"
namespace realm::cpu::REALM_ISA {
using Isa = Neon;
}
#else
#include "backend/cpu/linear/isa/baseline.hpp"
#endif
