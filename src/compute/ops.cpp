#include <cmath>
#include <string_view>

#include "base/str.hpp"
#include "compute/state.hpp"

namespace realm::compute {
namespace {

// Locks the inputs' device, makes an F32 tensor of rows x cols, and runs op(out view).
template <class MakeOp>
Result<Tensor> apply(std::initializer_list<const Tensor*> inputs, int64_t rows, int64_t cols,
                     MakeOp&& make_op) {
  REALM_ASSIGN(const auto device, device_of(inputs));
  if (rows <= 0 || cols <= 0) return Error{Code::kInvalidArgument, "a required tensor is absent"};
  const std::lock_guard lock(device->mutex);
  REALM_ASSIGN(Tensor out, make_tensor(device, Format::kF32, rows, cols));
  REALM_TRY(enqueue(*device, make_op(matrix(out)), inputs));
  device->use(out);
  return out;
}

Result<void> expect_weight(std::string_view op, const Tensor& weight) {
  if (weight && weight.state()->weight) return {};
  return Error{Code::kInvalidArgument, str(op, ": the weight is none of upload_weight()")};
}

}  // namespace

Result<Tensor> linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  REALM_TRY(expect_weight("linear", weight));
  return apply({&x, &weight, &bias}, x.rows(), weight.rows(), [&](const TensorView& out) {
    return Linear{.x = matrix(x), .weight = matrix(weight), .bias = vector(bias), .out = out};
  });
}

Result<Tensor> embed(const Tensor& ids, const Tensor& table, float scale) {
  REALM_TRY(expect_weight("embed", table));
  return apply({&ids, &table}, ids.cols(), table.cols(), [&](const TensorView& out) {
    return Embed{.tokens = vector(ids), .table = matrix(table), .out = out, .scale = scale};
  });
}

Result<Tensor> rms_norm(const Tensor& x, const Tensor& weight, float eps) {
  return apply({&x, &weight}, x.rows(), x.cols(), [&](const TensorView& out) {
    return RmsNorm{.x = matrix(x), .weight = vector(weight), .out = out, .eps = eps};
  });
}

Result<Tensor> softmax(const Tensor& x, float scale) {
  return apply({&x}, x.rows(), x.cols(), [&](const TensorView& out) {
    return Softmax{.x = matrix(x), .out = out, .scale = scale};
  });
}

Result<Tensor> silu(const Tensor& x) {
  return apply({&x}, x.rows(), x.cols(),
               [&](const TensorView& out) { return Silu{.x = matrix(x), .out = out}; });
}

Result<Tensor> add(const Tensor& a, const Tensor& b) {
  return apply({&a, &b}, a.rows(), a.cols(), [&](const TensorView& out) {
    return Add{.a = matrix(a), .b = matrix(b), .out = out};
  });
}

Result<Tensor> mul(const Tensor& a, const Tensor& b) {
  return apply({&a, &b}, a.rows(), a.cols(), [&](const TensorView& out) {
    return Mul{.a = matrix(a), .b = matrix(b), .out = out};
  });
}

Result<Tensor> rope(const Tensor& x, const Tensor& positions, const RopeOptions& options) {
  const int32_t turned = options.turned == 0 ? options.head_dim : options.turned;
  if (options.head_dim <= 0 || turned < 2 || turned % 2 != 0 || turned > options.head_dim ||
      !(options.base > 0)) {
    return Error{Code::kInvalidArgument, str("rope: cannot turn ", turned, " of ", options.head_dim,
                                             " elements with base ", options.base)};
  }
  std::vector<float> frequencies;
  for (int32_t j = 0; j < turned / 2; ++j) {
    frequencies.push_back(static_cast<float>(
        std::pow(static_cast<double>(options.base), -2.0 * j / static_cast<double>(turned))));
  }
  REALM_ASSIGN(const auto device, device_of({&x, &positions}));
  REALM_ASSIGN(const Tensor inv_freq,
               Device(device).upload(frequencies, 1, static_cast<int64_t>(frequencies.size())));
  REALM_ASSIGN(const Tensor table,
               apply({&positions, &inv_freq}, positions.cols(), turned, [&](const TensorView& out) {
                 return RopeTable{.positions = vector(positions),
                                  .inv_freq = vector(inv_freq),
                                  .out = out,
                                  .magnitude = options.magnitude};
               }));
  return apply({&x, &table}, x.rows(), x.cols(), [&](const TensorView& out) {
    return Rope{.x = matrix(x),
                .table = matrix(table),
                .out = out,
                .head_dim = options.head_dim,
                .pairs = options.halves ? RopePairs::kHalves : RopePairs::kAdjacent};
  });
}

}  // namespace realm::compute
