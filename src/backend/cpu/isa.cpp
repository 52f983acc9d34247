#include "backend/cpu/isa.hpp"

#include "base/str.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace realm::cpu {

namespace baseline {
extern const Kernels kKernels;
}
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
extern const Kernels kBf16Kernels;
}  // namespace avx512
namespace neon {
extern const Kernels kKernels;
}

namespace {

#if defined(__x86_64__)
// Asked for here, because clang 14's __builtin_cpu_supports does not know its name.
bool has_avx_vnni() {
  constexpr unsigned kAvxVnni = 1u << 4;
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & kAvxVnni) != 0;
}
#endif

std::vector<Variant> detect() {
  std::vector<Variant> out;
#if defined(__x86_64__)
  // __builtin_cpu_supports asks the operating system (XGETBV) too.
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                        __builtin_cpu_supports("bmi2");  // F16C came before all of these
  const bool has_avx512 =
      has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni");
  const bool has_bf16 = has_avx512 && __builtin_cpu_supports("avx512bf16");
  out.push_back({"avx512bf16", &avx512::kBf16Kernels, &avx512::kKernels, has_bf16,
                 "AVX-512 with VNNI and BF16"});
  out.push_back({"avx512", &avx512::kKernels, &avx512::kKernels, has_avx512,
                 "AVX-512 F, BW, DQ, VL and VNNI"});
  out.push_back({"avx2vnni", &avx2::kKernels, &avx2::kKernels, has_avx2 && has_avx_vnni(),
                 "AVX2, FMA and AVX-VNNI"});
  out.push_back({"avx2", &avx2::kKernels, &avx2::kKernels, has_avx2, "AVX2 and FMA"});
#elif defined(__aarch64__)
  const bool has_dot = (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
  const bool has_i8mm = has_dot && (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
  out.push_back({"neoni8mm", &neon::kKernels, &neon::kKernels, has_i8mm,
                 "the dot product of Armv8.2 and the matrix product of bytes"});
  out.push_back({"neon", &neon::kKernels, &neon::kKernels, has_dot, "the dot product of Armv8.2"});
#endif
  out.push_back({"baseline", &baseline::kKernels, &baseline::kKernels, true, ""});
  return out;
}

}  // namespace

const std::vector<Variant>& variants() {
  static const std::vector<Variant> kVariants = detect();
  return kVariants;
}

Result<Variant> choose_variant(std::string_view name) {
  std::string names;
  for (const Variant& variant : variants()) {
    if (name.empty() && variant.present) return variant;
    if (name == variant.name) {
      if (variant.present) return variant;
      return Error{Code::kUnsupported,
                   str("this machine cannot run ", name, ": it lacks ", variant.missing)};
    }
    names += str(names.empty() ? "" : ", ", variant.name);
  }
  return Error{Code::kNotFound,
               str("no kernels called \"", name, "\" in this build; it has ", names)};
}

}  // namespace realm::cpu
