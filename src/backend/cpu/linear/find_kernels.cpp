#include "backend/cpu/linear/kernel_table.hpp"
#include "backend/cpu/linear/linear.hpp"

// Filled by kernels/table.cpp, compiled once per set (cmake/kernels.cmake).
#define REALM_DECLARE(isa)                   \
  namespace realm::cpu::isa {                \
  extern const LinearKernels kLinearKernels; \
  }
#if defined(__x86_64__)
#define REALM_FOR_EACH_ISA(f) f(baseline) f(avx2) f(avx2vnni) f(avx512)
#elif defined(__aarch64__)
#define REALM_FOR_EACH_ISA(f) f(baseline) f(neon) f(neoni8mm)
#else
#define REALM_FOR_EACH_ISA(f) f(baseline)
#endif
REALM_FOR_EACH_ISA(REALM_DECLARE)
#if defined(__x86_64__)
namespace realm::cpu::avx512 {
extern const LinearKernels kBrainLinearKernels;
}
#endif

namespace realm::cpu {

const LinearKernels* find_linear_kernels(std::string_view isa) {
#define REALM_FIND(name) \
  if (isa == #name) return &name::kLinearKernels;
  REALM_FOR_EACH_ISA(REALM_FIND)
#undef REALM_FIND
#if defined(__x86_64__)
  if (isa == "avx512bf16") return &avx512::kBrainLinearKernels;
#endif
  return nullptr;
}

}  // namespace realm::cpu
