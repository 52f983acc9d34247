// The searches of every block format of the table, for one instruction set (cmake/kernels.cmake).
#include "formats/fit/fitter.hpp"

namespace realm::fit::REALM_ISA {
namespace {

template <Format kFormat>
void fit(const float* values, Fitted& out) {
  Fitter<kFormat>(out).fit(values);
}

template <int kRow = 0>
constexpr void fill(FitKernels& kernels) {
  constexpr int kRows = static_cast<int>(sizeof kFormatTable / sizeof kFormatTable[0]);
  if constexpr (kRow < kRows) {
    constexpr Format kFormat = kFormatTable[kRow].format;
    if constexpr (kFormatTable[kRow].kind == FormatKind::kBlock) {
      static_assert(static_cast<uint32_t>(kFormat) < kFormatNumbers);
      kernels.fit[static_cast<uint32_t>(kFormat)] = &fit<kFormat>;
    }
    fill<kRow + 1>(kernels);
  }
}

constexpr FitKernels make_kernels() {
#define REALM_QUOTE(name) #name
#define REALM_NAME_OF(isa) REALM_QUOTE(isa)
  FitKernels kernels{REALM_NAME_OF(REALM_ISA), {}};
  fill(kernels);
  return kernels;
}

}  // namespace

extern const FitKernels kFitKernels;
constinit const FitKernels kFitKernels = make_kernels();

}  // namespace realm::fit::REALM_ISA
