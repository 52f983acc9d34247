// F32: a vector of kLanes float32 of the instruction set that this file is compiled for, and the
// dozen operations that the kernels are written in. Each set has its own header with the same
// names.
//   max(a, b), min(a, b)   b where either is NaN
//   fma(a, b, c)           a * b + c, rounded once where the machine can
//   keep_lanes(x, first, last, other)  x in lanes [first, last), `other` elsewhere
//   shift_to_exponent(x)   2^k, where x = 1.5 * 2^23 + k, -127 < k <= 128 (128 gives infinity)
//   reduce_add, reduce_max fixed order
#pragma once

#if defined(REALM_ISA_AVX512)
#include "backend/cpu/simd/avx512.hpp"
#elif defined(REALM_ISA_AVX2) || defined(REALM_ISA_AVX2VNNI)
#include "backend/cpu/simd/avx2.hpp"
#elif defined(REALM_ISA_NEON) || defined(REALM_ISA_NEONI8MM)
#include "backend/cpu/simd/neon.hpp"
#else
#include "backend/cpu/simd/baseline.hpp"
#endif
#include "backend/cpu/simd/elements.hpp"
