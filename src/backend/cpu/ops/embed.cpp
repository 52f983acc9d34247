#include <algorithm>
#include <limits>

#include "backend/cpu/ops/ops.hpp"
#include "formats/decode.hpp"

namespace realm::cpu {

Result<void> run(const OpContext& context, const Embed& op) {
  const int64_t dim = op.out.cols();
  const auto row = static_cast<size_t>(*row_bytes(op.table.format, static_cast<uint64_t>(dim)));
  const auto* tokens = op.tokens.row<const int32_t>(0);
  const int64_t n = op.out.rows();
  const bool packed = op.table.packing == Packing::kDevice;
  // A packed row is put together here before it is decoded.
  REALM_ASSIGN(std::byte* const unpacked,
               context.scratch.take(packed ? static_cast<size_t>(n) * row : 1));
  std::atomic<bool> decoded = true;
  for_rows(context.pool, n, dim, [&](int64_t i) {
    const std::span out{op.out.row<float>(i), static_cast<size_t>(dim)};
    if (tokens[i] < 0 || tokens[i] >= op.table.rows()) {
      std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
      return;
    }
    const std::byte* bytes = nullptr;
    if (packed) {
      std::byte* to = unpacked + static_cast<size_t>(i) * row;
      unpack_rows(context.linear_kernels, op.table, tokens[i], 1, to);
      bytes = to;
    } else {
      bytes = op.table.row<const std::byte>(tokens[i]);
    }
    if (!decode_row(op.table.format, {bytes, row}, out)) {
      decoded = false;
      return;
    }
    if (op.scale != 1.0f) context.kernels.scale(out.data(), out.data(), dim, op.scale);
  });
  if (!decoded) {
    return Error{Code::kUnsupported,
                 std::string("no decoder for ") + std::string(info(op.table.format).name)};
  }
  return {};
}

}  // namespace realm::cpu
