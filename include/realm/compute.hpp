// Devices and ops by themselves: upload matrices in any format, multiply, normalize, attend,
// download. The ops are those that Realm's models are made of; each says its formula.
//
//   auto device = compute::Device::open();
//   auto weight = device->upload_weight(Format::kQ4_K, rows, cols, bytes);
//   auto y = compute::linear(*device->upload(x, 1, cols), *weight);
//   std::vector<float> values = *compute::download(*y);
//
// Matrices are row-major; a vector is a matrix of one row. Results are new tensors on the device of
// their inputs. Contraction is always out[m, n] = sum_k x[m, k] * weight[n, k].
//
// Errors: shapes, formats and devices that do not fit are kInvalidArgument at once and change
// nothing. A device may work later than a call returns; what fails then comes out of the next
// download() or sync() on it, and everything after the failure is not computed.
// Thread-safety: Device and Tensor are cheap handles to shared state; any thread may use any copy,
// calls on one device take turns. A KvCache belongs to one thread at a time. Memory is freed with
// the last handle; handles may go in any order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "realm/device.hpp"
#include "realm/error.hpp"
#include "realm/format.hpp"

namespace realm::compute {

struct DeviceState;
struct TensorState;

/// A matrix on a device. A default-constructed one is absent: what optional arguments are given.
class Tensor {
 public:
  Tensor() = default;
  explicit operator bool() const { return state_ != nullptr; }
  int64_t rows() const;
  int64_t cols() const;
  Format format() const;  ///< kF32, kI32 of ids, or a weight's

  explicit Tensor(std::shared_ptr<const TensorState> state) : state_(std::move(state)) {}
  const std::shared_ptr<const TensorState>& state() const { return state_; }

 private:
  std::shared_ptr<const TensorState> state_;
};

class Device {
 public:
  /// Opens a device by name (realm/device.hpp); empty: what REALM_DEVICE names, or "auto".
  /// kNotFound or kUnsupported when it is not there.
  static Result<Device> open(const std::string& name = "", const DeviceOptions& options = {});

  const std::string& name() const;         ///< "cpu"
  const std::string& description() const;  ///< for people: processor, instruction set, threads

  /// rows * cols float32.
  Result<Tensor> upload(std::span<const float> values, int64_t rows, int64_t cols) const;
  /// Token ids or positions: a vector.
  Result<Tensor> upload_ids(std::span<const int32_t> ids) const;
  /// A weight of linear() and embed(): rows as GGUF stores them (whole blocks). It is packed for
  /// the device once, here. kUnsupported when the device does not multiply `format`.
  Result<Tensor> upload_weight(Format format, int64_t rows, int64_t cols,
                               std::span<const std::byte> bytes) const;
  /// Waits for all work; the first failure since the last time.
  Result<void> sync() const;

  explicit Device(std::shared_ptr<DeviceState> state) : state_(std::move(state)) {}
  const std::shared_ptr<DeviceState>& state() const { return state_; }

 private:
  std::shared_ptr<DeviceState> state_;
};

/// The values of a float32 tensor, row-major, once they are computed.
Result<std::vector<float>> download(const Tensor& tensor);

/// Rows of `cols` float32 in the blocks of `format`, for upload_weight(). On the host.
Result<std::vector<std::byte>> quantize(Format format, std::span<const float> values, int64_t cols);

/// out[m, n] = sum_k x[m, k] * weight[n, k] + bias[n]. The cpu device rounds activations to int8 in
/// blocks of 32 for block formats, or to 16 bits (DeviceOptions::precise; docs/numerics.md).
Result<Tensor> linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});
/// out[i] = scale * table[ids[i]]; NaN for an id outside the table.
Result<Tensor> embed(const Tensor& ids, const Tensor& table, float scale = 1.0f);
/// out[r, c] = x[r, c] / sqrt(mean_c(x[r, c]^2) + eps) * weight[c].
Result<Tensor> rms_norm(const Tensor& x, const Tensor& weight, float eps = 1e-5f);
/// out[r, c] = exp(scale * x[r, c]) / sum_c exp(scale * x[r, c]); scale > 0.
Result<Tensor> softmax(const Tensor& x, float scale = 1.0f);
/// out = x / (1 + exp(-x)).
Result<Tensor> silu(const Tensor& x);
Result<Tensor> add(const Tensor& a, const Tensor& b);
Result<Tensor> mul(const Tensor& a, const Tensor& b);

struct RopeOptions {
  int32_t head_dim = 0;    ///< elements of a head; divides the columns
  int32_t turned = 0;      ///< leading elements of each head that are turned; 0: all
  float base = 10000.0f;   ///< pair j turns by position * base^(-2 j / turned)
  bool halves = false;     ///< pairs (j, j + turned / 2) instead of (2 j, 2 j + 1)
  float magnitude = 1.0f;  ///< of cosine and sine (YaRN)
};
/// Rotary position embedding of each head of each row; `positions` holds one id per row of x.
Result<Tensor> rope(const Tensor& x, const Tensor& positions, const RopeOptions& options);

/// Keys and values of one sequence, position 0 first.
class KvCache {
 public:
  /// Room for `max_tokens` positions of kv_heads * head_dim elements, kept in F32, F16, BF16
  /// or, where heads are whole blocks of 32, in Q8_0 or Q4_0.
  static Result<KvCache> create(const Device& device, int32_t kv_heads, int32_t head_dim,
                                int32_t max_tokens, Format format = Format::kF16);
  /// Appends one position per row: k and v are [tokens, kv_heads * head_dim].
  Result<void> append(const Tensor& k, const Tensor& v);
  int32_t tokens() const;

  struct State;
  explicit KvCache(std::shared_ptr<State> state) : state_(std::move(state)) {}
  const std::shared_ptr<State>& state() const { return state_; }

 private:
  std::shared_ptr<State> state_;
};

struct AttentionOptions {
  float scale = 0.0f;    ///< of scores; 0: 1 / sqrt(head_dim)
  int32_t window = 0;    ///< positions that a query sees, its own included; 0: all before it
  float softcap = 0.0f;  ///< scores become softcap * tanh(score / softcap); 0: no cap
};
/// Causal attention of the cache's last q.rows() positions: row i of q, [n, heads * head_dim], sees
/// positions up to tokens() - n + i. Heads are a multiple of the cache's; consecutive ones share.
Result<Tensor> attention(const Tensor& q, const KvCache& cache,
                         const AttentionOptions& options = {});

}  // namespace realm::compute
