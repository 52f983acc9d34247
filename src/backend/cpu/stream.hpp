// CpuStream: runs each op at once, with the device's pool.
#pragma once

#include <atomic>
#include <mutex>

#include "backend/cpu/isa.hpp"
#include "backend/cpu/linear/blas.hpp"
#include "backend/cpu/linear/linear.hpp"
#include "backend/device.hpp"
#include "base/thread_pool.hpp"

namespace realm::cpu {

/// What ops run with. The pool is the caller's alone while an op runs.
struct OpContext {
  const Kernels& kernels;
  const LinearKernels& linear_kernels;
  ThreadPool& pool;
  LinearScratch& linear_scratch;  ///< of the matmuls
  LinearScratch& scratch;         ///< of everything else
  Activations activations;        ///< of products
  BlasContext blas;

  LinearContext linear() const {
    return {linear_kernels, kernels, pool, linear_scratch, activations, blas};
  }
};

/// What the streams of a device share.
struct Engine {
  const Kernels& kernels;
  const LinearKernels& linear_kernels;
  ThreadPool pool;
  std::atomic<int> decode_threads;  ///< of the pool
  Activations activations;
  std::shared_ptr<const Blas> blas;  ///< nullptr: none
  std::mutex pool_mutex{};           ///< one loop at a time
};

class CpuStream final : public Stream {
 public:
  CpuStream(Device& device, Engine& engine) : Stream(device), engine_(engine) {}
  void upload(const TensorView& to, std::span<const std::byte> bytes) override;
  void download(const TensorView& from, std::span<std::byte> bytes) override;
  Result<void> sync() override { return take_error(); }

  /// Calls f(context) with the pool locked and as many of its threads as work on `rows` rows wants.
  template <class F>
  Result<void> with_context(int64_t rows, F&& f) {
    const std::lock_guard lock(engine_.pool_mutex);
    engine_.pool.use(rows <= kDecodeRows ? engine_.decode_threads.load() : engine_.pool.threads());
    return f(OpContext{engine_.kernels, engine_.linear_kernels, engine_.pool, linear_scratch_,
                       scratch_, engine_.activations,
                       BlasContext{engine_.blas.get(), &blas_rows_, &blas_products_}});
  }

 private:
  // More rows than that share what is read of a weight: arithmetic counts.
  static constexpr int64_t kDecodeRows = 2;

  Engine& engine_;
  LinearScratch linear_scratch_;
  LinearScratch scratch_;
  LinearScratch blas_rows_;
  LinearScratch blas_products_;
};

}  // namespace realm::cpu
