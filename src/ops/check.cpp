#include "ops/check.hpp"

#include "base/str.hpp"
#include "formats/table.hpp"
#include "ops/attention/cache_format.hpp"

namespace realm {
namespace {

Error wrong(std::string_view op, std::string_view name, const std::string& story) {
  return Error{Code::kInvalidArgument, str(op, ": ", name, ": ", story)};
}

bool inside_buffer(const TensorView& view) {
  return view.offset_bytes <= view.buffer->size_bytes() &&
         span_bytes(view) <= view.buffer->size_bytes() - view.offset_bytes;
}

// Rows of a view lie apart, and (plain formats) elements on their own alignment.
bool separate_rows(const TensorView& view) {
  const auto row = row_bytes(view.format, static_cast<uint64_t>(view.cols())).value_or(0);
  if (view.rows() > 1 && view.row_stride_bytes < row) return false;
  const FormatInfo& format = info(view.format);
  if (format.block_elems > 1) return true;
  return view.offset_bytes % format.block_bytes == 0 &&
         (view.rows() <= 1 || view.row_stride_bytes % format.block_bytes == 0);
}

}  // namespace

Result<void> expect(std::string_view op, std::string_view name, const TensorView& view,
                    Format format, const Shape& shape) {
  if (!view) return wrong(op, name, "absent");
  if (view.format != format || view.packing != Packing::kRows || view.shape != shape) {
    const char* packed = view.packing == Packing::kRows ? "" : "packed ";
    return wrong(op, name,
                 str("found ", packed, to_string(view), ", expected ", info(format).name, " ",
                     to_string(shape)));
  }
  if (!separate_rows(view)) return wrong(op, name, "rows overlap or are not aligned");
  if (!inside_buffer(view)) return wrong(op, name, "the view reaches outside its buffer");
  return {};
}

Result<void> expect_weight(std::string_view op, std::string_view name, const TensorView& view,
                           const Shape& shape) {
  if (!view) return wrong(op, name, "absent");
  if (view.shape != shape) {
    return wrong(op, name, str("found ", to_string(view), ", expected ", to_string(shape)));
  }
  if (!is_decodable(view.format)) {
    return wrong(op, name, str("format ", info(view.format).name, " is not a weight format"));
  }
  if (!row_bytes(view.format, static_cast<uint64_t>(shape.cols()))) {
    return wrong(op, name,
                 str("rows of ", shape.cols(), " elements are not whole ", info(view.format).name,
                     " blocks"));
  }
  if (view.packing != Packing::kRows) return {};
  if (!separate_rows(view)) return wrong(op, name, "rows overlap or are not aligned");
  if (!inside_buffer(view)) return wrong(op, name, "the view reaches outside its buffer");
  return {};
}

Result<void> expect_optional(std::string_view op, std::string_view name, const TensorView& view,
                             Format format, const Shape& shape) {
  if (!view) return {};
  return expect(op, name, view, format, shape);
}

Result<void> expect_no_alias(std::string_view op, std::string_view out_name, const TensorView& out,
                             std::string_view in_name, const TensorView& in, bool same_allowed) {
  if (!overlap(out, in)) return {};
  const bool same = out.offset_bytes == in.offset_bytes && out.shape == in.shape &&
                    out.row_stride_bytes == in.row_stride_bytes && out.format == in.format;
  if (same && same_allowed) return {};
  return wrong(op, out_name, str("overlaps ", in_name));
}

Result<void> expect_batch(std::string_view op, const BatchView& batch, int64_t n) {
  REALM_TRY(expect(op, "positions", batch.positions, Format::kI32, Shape{n}));
  REALM_TRY(expect(op, "sequences", batch.sequences, Format::kI32, Shape{n}));
  if (batch.block_tables && batch.block_tables.shape.rank() != 2) {
    return wrong(op, "block_tables", "expected I32 [sequences, max_blocks]");
  }
  return expect(op, "block_tables", batch.block_tables, Format::kI32, batch.block_tables.shape);
}

Result<void> expect_cache(std::string_view op, const KvLayer& cache) {
  REALM_TRY(expect_that(op, cache.kv_heads > 0 && cache.head_dim > 0 && cache.block_tokens > 0,
                        "cache: heads, head size and page size must be positive"));
  REALM_TRY(
      expect_that(op, static_cast<bool>(cache.k) && static_cast<bool>(cache.v), "cache: absent"));
  const Format format = cache.k.format;
  const std::string misfit = cache_format_misfit(format, cache.head_dim);
  REALM_TRY(expect_that(op, misfit.empty(), "cache: " + misfit));
  const Shape shape{cache.k.shape[0],
                    static_cast<int64_t>(cache.kv_heads) * cache.block_tokens * cache.head_dim};
  REALM_TRY(expect(op, "cache.k", cache.k, format, shape));
  return expect(op, "cache.v", cache.v, format, shape);
}

Result<void> expect_that(std::string_view op, bool ok, std::string_view story) {
  if (ok) return {};
  return Error{Code::kInvalidArgument, str(op, ": ", story)};
}

}  // namespace realm
