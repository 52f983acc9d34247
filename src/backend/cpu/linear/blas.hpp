// A BLAS library of the system for products with F32 weights, loaded at run time when a device is
// asked for one. Its sums have whatever order it likes: where it is used, bits may depend on the
// number of rows and threads (DeviceInfo::same_bits).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "realm/error.hpp"

namespace realm::cpu {

class Blas {
 public:
  /// `which`: "auto" for the first of MKL, OpenBLAS and the system's BLAS, or the path or name of a
  /// shared library. It is told to use `threads` threads, which holds for the whole process. The
  /// error says what was looked for. Once loaded, a library stays: its threads do not end.
  static Result<std::shared_ptr<const Blas>> load(const std::string& which, int threads);

  /// "OpenBLAS 0.3.21 (libopenblas.so.0)".
  const std::string& name() const { return name_; }

  /// c[m, n] = sum_k a[m, k] * b[n, k]; strides are floats from row to row. The error names a size
  /// that the library's integers do not hold.
  Result<void> multiply(int64_t m, int64_t n, int64_t k, const float* a, int64_t a_stride,
                        const float* b, int64_t b_stride, float* c, int64_t c_stride) const;

 private:
  using Symbol = void (*)();

  Blas() = default;
  static Result<std::shared_ptr<const Blas>> open(const std::string& file, int threads);
  template <class Int>
  void call(Int m, Int n, Int k, const float* a, Int a_stride, const float* b, Int b_stride,
            float* c, Int c_stride) const;

  std::string name_;
  Symbol gemm_ = nullptr;
  Symbol gemv_ = nullptr;
  bool long_integers_ = false;  // the library was built for 64-bit sizes
};

}  // namespace realm::cpu
