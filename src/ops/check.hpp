// Building blocks of check(): each returns the op's story on failure.
#pragma once

#include <initializer_list>
#include <string_view>

#include "ops/op.hpp"

namespace realm {

/// `view` is present, has `format` (plain rows) and `shape`.
Result<void> expect(std::string_view op, std::string_view name, const TensorView& view,
                    Format format, const Shape& shape);

/// `view` is present, has `shape` and a format with decodable elements; any packing.
Result<void> expect_weight(std::string_view op, std::string_view name, const TensorView& view,
                           const Shape& shape);

/// As expect(), or absent.
Result<void> expect_optional(std::string_view op, std::string_view name, const TensorView& view,
                             Format format, const Shape& shape);

/// `out` does not overlap `in`, unless it is exactly the same view and `same_allowed`.
Result<void> expect_no_alias(std::string_view op, std::string_view out_name, const TensorView& out,
                             std::string_view in_name, const TensorView& in,
                             bool same_allowed = false);

Result<void> expect_batch(std::string_view op, const BatchView& batch, int64_t n);
Result<void> expect_cache(std::string_view op, const KvLayer& cache);

/// `ok` or an invalid-argument error "op: story".
Result<void> expect_that(std::string_view op, bool ok, std::string_view story);

}  // namespace realm
