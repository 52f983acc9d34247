#include "formats/fit/batch.hpp"

namespace realm::fit {

namespace baseline {
extern const FitKernels kFitKernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const FitKernels kFitKernels;
}
namespace avx512 {
extern const FitKernels kFitKernels;
}
#endif

namespace {

FitKernelList detect() {
  FitKernelList list{};
#if defined(__x86_64__)
  // What the objects were compiled for; __builtin_cpu_supports asks the operating system too.
  __builtin_cpu_init();
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                        __builtin_cpu_supports("bmi2");
  const bool has_avx512 =
      has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni");
  if (has_avx512) list.at[list.count++] = &avx512::kFitKernels;
  if (has_avx2) list.at[list.count++] = &avx2::kFitKernels;
#endif
  list.at[list.count++] = &baseline::kFitKernels;
  return list;
}

}  // namespace

const FitKernelList& fit_kernels() {
  static const FitKernelList kList = detect();
  return kList;
}

}  // namespace realm::fit
