#include "backend/cpu/linear/blas.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/str.hpp"

namespace realm::cpu {
namespace {

// Tried in this order by "auto". Names without a version are of development packages.
constexpr const char* kNames[] = {"libmkl_rt.so.2", "libmkl_rt.so", "libopenblas.so.0",
                                  "libopenblas.so", "libblas.so.3"};

// CBLAS's numbers.
constexpr int kRowMajor = 101;
constexpr int kNoTranspose = 111;
constexpr int kTranspose = 112;

template <class Function>
Function find(void* library, const char* symbol) {
  return reinterpret_cast<Function>(dlsym(library, symbol));
}

std::string last_error() {
  const char* text = dlerror();
  return text == nullptr ? "no reason given" : text;
}

// "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..." begins with name and version.
std::string first_words(std::string_view text, size_t words) {
  size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == ' ' && --words == 0) break;
  }
  return std::string(text.substr(0, end));
}

}  // namespace

Result<std::shared_ptr<const Blas>> Blas::open(const std::string& file, int threads) {
  // Local, so that its symbols replace nobody's; never unloaded, because threads of it run on.
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) return Error{Code::kNotFound, last_error()};
  const std::shared_ptr<Blas> blas(new Blas);
  blas->gemm_ = find<Symbol>(library, "cblas_sgemm");
  blas->gemv_ = find<Symbol>(library, "cblas_sgemv");
  if (blas->gemm_ == nullptr || blas->gemv_ == nullptr) {
    return Error{Code::kUnsupported, str(file, " has no functions cblas_sgemm and cblas_sgemv")};
  }
  std::string product = "BLAS";
  if (const auto config = find<const char* (*)()>(library, "openblas_get_config")) {
    product = first_words(config(), 2);
    blas->long_integers_ = std::string_view(config()).find("USE64BITINT") != std::string_view::npos;
  } else if (const auto version = find<void (*)(char*, int)>(library, "MKL_Get_Version_String")) {
    char text[200] = {};
    version(text, sizeof text - 1);
    product = text;
    product.resize(std::min(product.size(), product.find_last_not_of(' ') + 1));
  }
  for (const char* setter : {"openblas_set_num_threads", "MKL_Set_Num_Threads"}) {
    if (const auto set = find<void (*)(int)>(library, setter)) set(threads);
  }
  blas->name_ = str(product, " (", file.substr(file.rfind('/') + 1), ")");
  return std::shared_ptr<const Blas>(blas);
}

Result<std::shared_ptr<const Blas>> Blas::load(const std::string& which, int threads) {
  if (which != "auto") {
    auto blas = open(which, threads);
    if (!blas) return std::move(blas).error().in("BLAS");
    return blas;
  }
  std::string tried;
  for (const char* name : kNames) {
    auto blas = open(name, threads);
    if (blas) return blas;
    // Not there, or not what it should be: the latter is worth telling.
    tried += str(tried.empty() ? "" : ", ", name);
    if (blas.error().code != Code::kNotFound) tried += str(" (", blas.error().message, ")");
  }
  return Error{Code::kNotFound, str("no BLAS library is installed; looked for ", tried,
                                    " (Debian: apt install libopenblas0-pthread)")};
}

template <class Int>
void Blas::call(Int m, Int n, Int k, const float* a, Int a_stride, const float* b, Int b_stride,
                float* c, Int c_stride) const {
  if (m == 1) {  // read once and done: libraries know it by its own name
    using Gemv = void (*)(int order, int trans, Int rows, Int cols, float alpha, const float* a,
                          Int lda, const float* x, Int x_step, float beta, float* y, Int y_step);
    return reinterpret_cast<Gemv>(gemv_)(kRowMajor, kNoTranspose, n, k, 1.0f, b, b_stride, a, 1,
                                         0.0f, c, 1);
  }
  using Gemm =
      void (*)(int order, int trans_a, int trans_b, Int m, Int n, Int k, float alpha,
               const float* a, Int lda, const float* b, Int ldb, float beta, float* c, Int ldc);
  reinterpret_cast<Gemm>(gemm_)(kRowMajor, kNoTranspose, kTranspose, m, n, k, 1.0f, a, a_stride, b,
                                b_stride, 0.0f, c, c_stride);
}

Result<void> Blas::multiply(int64_t m, int64_t n, int64_t k, const float* a, int64_t a_stride,
                            const float* b, int64_t b_stride, float* c, int64_t c_stride) const {
  if (long_integers_) {
    call(m, n, k, a, a_stride, b, b_stride, c, c_stride);
    return {};
  }
  const int64_t largest = std::max({m, n, k, a_stride, b_stride, c_stride});
  if (largest > std::numeric_limits<int32_t>::max()) {
    return Error{Code::kUnsupported, str(name_, " takes no sizes of ", largest)};
  }
  const auto i = [](int64_t v) { return static_cast<int32_t>(v); };
  call(i(m), i(n), i(k), a, i(a_stride), b, i(b_stride), c, i(c_stride));
  return {};
}

}  // namespace realm::cpu
