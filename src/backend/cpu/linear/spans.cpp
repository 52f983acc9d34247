#include "backend/cpu/linear/spans.hpp"

#include <algorithm>

#include "backend/cpu/kernels.hpp"
#include "backend/cpu/linear/packed.hpp"
#include "ops/activations.hpp"

namespace realm::cpu {
namespace {

constexpr int64_t kMaxColumns = 16;  // of a group
// Columns from which on weights are worth unpacking before they are multiplied.
constexpr int64_t kFewestColumns = 24;

const MultiplyPart* part_of(const LinearKernels& kernels, Format format) {
  for (const MultiplyPart* part : kernels.parts) {
    if (part->multiply[static_cast<uint32_t>(format)] != nullptr) return part;
  }
  return nullptr;  // unreachable: check() admits weight formats only
}

// The columns of a group that `tiles` are multiplied with.
Columns columns_of(const Tiles& tiles, const ColumnGroups& groups, int64_t group) {
  if (!tiles.plain) return groups.code_columns(group);
  Columns columns = groups.columns(group);
  if (tiles.brain_floats) columns.floats = columns.brain_floats;
  return columns;
}

void multiply_codes(const Tiles& tiles, int64_t row, int64_t k, const Span& span,
                    const Target& target) {
  if (!span.is_run) {
    return tiles.multiply(tiles.from(row), k, columns_of(tiles, span.groups, span.first), target);
  }
  Columns columns[kMaxRunColumns / 2];
  for (int64_t g = span.first; g < span.last; ++g) {
    columns[g - span.first] = columns_of(tiles, span.groups, g);
  }
  tiles.run(tiles.from(row), k, columns, static_cast<int32_t>(span.last - span.first), target);
}

}  // namespace

Tiles Tiles::strip(const LinearContext& context, int64_t row, int64_t count,
                   std::byte* panel) const {
  if (unpacked == nullptr) return *this;
  pack_strip(context.kernels, *unpacked, row, count, panel);
  Tiles tiles = *this;
  tiles.data = reinterpret_cast<const uint8_t*>(panel);
  tiles.first_row = row;
  return tiles;
}

Tiles tiles_of(const LinearContext& context, const TensorView& weight) {
  const LinearKernels& kernels = context.kernels;
  const FormatRow& format = row_of(weight.format);
  const auto* data = static_cast<const uint8_t*>(weight.buffer->address()) + weight.offset_bytes;
  const uint64_t tile = tile_bytes(format, static_cast<uint32_t>(kernels.tile_rows),
                                   static_cast<uint64_t>(weight.cols()));
  const MultiplyPart* part = part_of(kernels, weight.format);
  const auto number = static_cast<uint32_t>(weight.format);
  Tiles tiles{.data = data,
              .row_bytes = static_cast<int64_t>(tile) / kernels.tile_rows,
              .multiply = part->multiply[number],
              .run = part->run[number],
              .planes = part->planes[number],
              .run_planes = part->run_planes[number],
              .plain = format.kind == FormatKind::kFloat,
              .brain_floats = false,
              .unpacked = weight.packing == Packing::kDevice ? nullptr : &weight};
  if (matmul_activations(weight.format, context.activations) == Activations::kBFloat16) {
    tiles.brain_floats = kernels.brain_pairs.multiply == nullptr;
    if (!tiles.brain_floats) {
      tiles.multiply = kernels.brain_pairs.multiply;
      tiles.run = kernels.brain_pairs.run;
    }
    tiles.planes = tiles.run_planes = tiles.brain_floats ? kBrainFloats : kBrainPairs;
  }
  return tiles;
}

Grouping grouping_of(const LinearContext& context, int64_t m, const Tiles* const* weights,
                     size_t count) {
  const LinearKernels& kernels = context.kernels;
  bool plain = false;
  bool blocks = false;
  for (size_t i = 0; i < count; ++i) (weights[i]->plain ? plain : blocks) = true;
  const bool pairs = blocks && context.activations == Activations::kInt16Block32;
  const int64_t codes = pairs ? 2 : 1;  // of a row
  const int64_t run_columns = blocks ? kernels.run_columns : kernels.plain_run_columns;
  const int64_t rows = std::max<int64_t>(1, run_columns / codes);
  const int64_t fewest = m / std::max<int64_t>(1, (m + rows - 1) / rows);
  Grouping out;
  out.runs = m * codes >= kFewestColumns && fewest * codes >= kernels.fewest_run_columns;
  if (pairs && plain) out.runs = false;  // which have one column a row: too few for their runs
  for (size_t i = 0; i < count; ++i) out.runs = out.runs && weights[i]->run != nullptr;
  out.widest = out.runs ? run_columns : kernels.max_columns;
  for (size_t i = 0; i < count; ++i) {
    out.planes |= out.runs ? weights[i]->run_planes : weights[i]->planes;
  }
  if (pairs) out.planes |= kPairs;
  return out;
}

void multiply_span(const LinearContext& context, const Tiles& tiles, int64_t row, int64_t k,
                   const Span& span, const Target& target) {
  if (tiles.plain || !span.groups.pairs()) return multiply_codes(tiles, row, k, span, target);
  constexpr int64_t kFloats = std::max(kMaxColumns * kLongestStrip, kMaxRunColumns * kStripRows);
  alignas(64) float products[kFloats];
  Target both{};
  both.out = products;
  both.stride = target.rows;
  both.rows = target.rows;
  multiply_codes(tiles, row, k, span, both);
  for (int64_t j = 0; j < span.columns(); ++j) {
    float* sum = products + 2 * j * both.stride;
    float* out = target.out + j * target.stride;
    float* first = target.bias == nullptr && target.residual == nullptr ? out : sum;
    context.rows.add(sum, sum + both.stride, first, target.rows);
    if (target.bias != nullptr) {
      context.rows.add(sum, target.bias, target.residual == nullptr ? out : sum, target.rows);
    }
    if (target.residual != nullptr) {
      context.rows.add(target.residual + j * target.residual_stride, sum, out, target.rows);
    }
  }
}

}  // namespace realm::cpu
