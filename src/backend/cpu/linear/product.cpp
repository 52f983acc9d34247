#include "backend/cpu/linear/product.hpp"

#include <algorithm>

#include "backend/cpu/kernels.hpp"
#include "backend/cpu/linear/columns.hpp"
#include "backend/cpu/linear/packed.hpp"
#include "base/str.hpp"

namespace realm::cpu {
namespace {

// Weight rows of one item of work: a multiple of every tile, small enough that two threads share
// a matrix of a few hundred rows evenly and that a strip stays in the first cache while groups of
// columns go by. With one group nothing comes back: longer strips, fewer items.
constexpr int64_t kStripRows = 32;
constexpr int64_t kLongestStrip = 256;
constexpr int64_t kItems = 64;
int64_t strip_rows(int64_t rows, int64_t groups) {
  if (groups > 1) return kStripRows;
  const int64_t even = (rows / kItems + kStripRows - 1) / kStripRows * kStripRows;
  return std::clamp(even, kStripRows, kLongestStrip);
}
constexpr int64_t kMaxColumns = 16;
// Activations that an item goes through: half of a small second-level cache. A run of groups takes
// a piece of k at a time and needs no such bound.
constexpr int64_t kRunBytes = 256 << 10;
// Columns from which on weights are worth unpacking before they are multiplied.
constexpr int64_t kFewestColumns = 24;

struct Tiles {
  const uint8_t* data;
  int64_t row_bytes;  // of a tile, divided by its rows
  Multiply multiply;
  MultiplyRun run;
  uint32_t planes;      // what multiply reads
  uint32_t run_planes;  // and run
  bool plain;
  const uint8_t* from(int64_t row) const { return data + row * row_bytes; }
};

const MultiplyPart* part_of(const LinearKernels& kernels, Format format) {
  for (const MultiplyPart* part : kernels.parts) {
    if (part->multiply[static_cast<uint32_t>(format)] != nullptr) return part;
  }
  return nullptr;  // unreachable: check() admits weight formats only
}

Result<Tiles> tiles_of(const LinearContext& context, const TensorView& weight) {
  if (weight.packing != Packing::kDevice) {
    return Error{Code::kUnsupported,
                 str("weight ", to_string(weight), " lies in plain rows: pack it")};
  }
  const LinearKernels& kernels = context.kernels;
  const auto* data = static_cast<const uint8_t*>(weight.buffer->address()) + weight.offset_bytes;
  const uint64_t tile = tile_bytes(row_of(weight.format), static_cast<uint32_t>(kernels.tile_rows),
                                   static_cast<uint64_t>(weight.cols()));
  const MultiplyPart* part = part_of(kernels, weight.format);
  const auto number = static_cast<uint32_t>(weight.format);
  return Tiles{data,
               static_cast<int64_t>(tile) / kernels.tile_rows,
               part->multiply[number],
               part->run[number],
               planes_of(row_of(weight.format), kernels.offset_bytes),
               part->run_planes[number],
               row_of(weight.format).kind == FormatKind::kFloat};
}

// How the rows of an input are grouped: for runs when all weights have them and the columns of
// codes are enough, evenly shared, for the groups that they take.
struct Grouping {
  bool runs = false;
  int64_t widest = 0;
  uint32_t planes = 0;
};
template <class Weights, class TilesOf>
Grouping grouping_of(const LinearContext& context, int64_t m, const Weights& weights,
                     const TilesOf& tiles_of) {
  const LinearKernels& kernels = context.kernels;
  const int64_t codes = context.activations == Activations::kInt16Block32 ? 2 : 1;  // of a row
  const int64_t rows = std::max<int64_t>(1, kernels.run_columns / codes);
  const int64_t fewest = m / std::max<int64_t>(1, (m + rows - 1) / rows);
  Grouping out;
  out.runs = m * codes >= kFewestColumns && fewest * codes >= kernels.fewest_run_columns;
  for (const auto& weight : weights) out.runs = out.runs && tiles_of(weight).run != nullptr;
  out.widest = out.runs ? kernels.run_columns : kernels.max_columns;
  for (const auto& weight : weights) {
    const Tiles& tiles = tiles_of(weight);
    out.planes |= out.runs ? tiles.run_planes : tiles.planes;
  }
  if ((out.planes & kCodes) != 0 && codes == 2) out.planes |= kPairs;
  return out;
}

// The groups [first, last), one unless they are a run, as one matrix.
struct Span {
  const ColumnGroups& groups;
  bool runs;
  int64_t first;
  int64_t last;
  int64_t columns() const { return groups.first_column(last) - groups.first_column(first); }
};

void multiply_codes(const Tiles& tiles, int64_t row, int64_t k, const Span& span,
                    const Target& target) {
  if (!span.runs) {
    const Columns columns =
        tiles.plain ? span.groups.columns(span.first) : span.groups.code_columns(span.first);
    return tiles.multiply(tiles.from(row), k, columns, target);
  }
  Columns columns[kMaxRunColumns / 2];
  for (int64_t g = span.first; g < span.last; ++g) {
    columns[g - span.first] = span.groups.code_columns(g);
  }
  tiles.run(tiles.from(row), k, columns, static_cast<int32_t>(span.last - span.first), target);
}

// Two columns of a row are multiplied as two, and added before what the product is added to:
// first + fine, + bias, residual +, each rounded once.
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

int64_t strips_of(const TensorView& weight, int64_t strip) {
  return (weight.rows() + strip - 1) / strip;
}

// Calls body(strip, span) for every strip of `strips` and every group, or run of groups.
template <class Body>
void for_each_item(const LinearContext& context, const ColumnGroups& groups,
                   const Grouping& grouping, int64_t strips, const Body& body) {
  int64_t run = kMaxRunColumns / grouping.widest;
  if (!grouping.runs) run = kRunBytes / std::max<int64_t>(1, groups.group_bytes());
  run = std::max<int64_t>(1, run);
  const int64_t runs = (groups.count() + run - 1) / run;
  context.pool.for_each(strips * runs, [&](int64_t item, int) {
    const int64_t first = item / strips * run;
    const int64_t last = std::min(first + run, groups.count());
    const int64_t step = grouping.runs ? last - first : 1;
    for (int64_t g = first; g < last; g += step) {
      body(item % strips, Span{groups, grouping.runs, g, g + step});
    }
  });
}

}  // namespace

Result<void> multiply(const LinearContext& context, const ProductInput& input,
                      std::span<const Product> products) {
  struct Part {
    Tiles tiles;
    int64_t first_strip;
  };
  constexpr size_t kMaxProducts = 3;  // queries, keys, values
  Part parts[kMaxProducts];
  int64_t rows = 0;
  for (size_t p = 0; p < products.size(); ++p) {
    REALM_ASSIGN(parts[p].tiles, tiles_of(context, products[p].weight));
    rows += products[p].weight.rows();
  }
  const Grouping grouping =
      grouping_of(context, input.m, std::span(parts, products.size()),
                  [](const Part& part) -> const Tiles& { return part.tiles; });
  REALM_ASSIGN(const ColumnGroups groups,
               ColumnGroups::prepare(context, input, grouping.planes, grouping.widest));
  const int64_t strip_length = strip_rows(rows, groups.count());
  int64_t strips = 0;
  for (size_t p = 0; p < products.size(); ++p) {
    parts[p].first_strip = strips;
    strips += strips_of(products[p].weight, strip_length);
  }
  for_each_item(context, groups, grouping, strips, [&](int64_t strip, const Span& span) {
    size_t p = products.size() - 1;
    while (strip < parts[p].first_strip) --p;
    const Product& product = products[p];
    const int64_t row = (strip - parts[p].first_strip) * strip_length;
    const int64_t column = groups.first_column(span.first);
    Target target{};
    target.out = product.out + column * product.stride + row;
    target.stride = product.stride;
    target.bias = product.bias == nullptr ? nullptr : product.bias + row;
    if (product.residual != nullptr) {
      target.residual = product.residual + column * product.residual_stride + row;
    }
    target.residual_stride = product.residual_stride;
    target.rows = std::min(strip_length, product.weight.rows() - row);
    multiply_span(context, parts[p].tiles, row, input.k, span, target);
    if (product.softcap == 0) return;
    for (int64_t j = 0; j < span.columns(); ++j) {
      float* out = target.out + j * product.stride;
      context.rows.softcap(out, out, target.rows, product.softcap);
    }
  });
  return {};
}

Result<void> multiply(const LinearContext& context, const ProductInput& input,
                      const GatedProduct& product) {
  REALM_ASSIGN(const Tiles gate, tiles_of(context, product.gate_weight));
  REALM_ASSIGN(const Tiles up, tiles_of(context, product.up_weight));
  const Tiles both[] = {gate, up};
  const Grouping grouping =
      grouping_of(context, input.m, both, [](const Tiles& tiles) -> const Tiles& { return tiles; });
  REALM_ASSIGN(const ColumnGroups groups,
               ColumnGroups::prepare(context, input, grouping.planes, grouping.widest));
  const auto act_mul =
      product.activation == Activation::kSilu ? context.rows.silu_mul : context.rows.gelu_tanh_mul;
  const int64_t n = product.gate_weight.rows();
  for_each_item(context, groups, grouping, strips_of(product.gate_weight, kStripRows),
                [&](int64_t strip, const Span& span) {
                  alignas(64) float gates[kMaxRunColumns * kStripRows];
                  alignas(64) float ups[kMaxRunColumns * kStripRows];
                  const int64_t row = strip * kStripRows;
                  Target target{};
                  target.stride = kStripRows;
                  target.rows = std::min(kStripRows, n - row);
                  const auto multiply_strip = [&](const Tiles& tiles, const float* bias,
                                                  float* out) {
                    target.out = out;
                    target.bias = bias == nullptr ? nullptr : bias + row;
                    multiply_span(context, tiles, row, input.k, span, target);
                  };
                  multiply_strip(gate, product.gate_bias, gates);
                  multiply_strip(up, product.up_bias, ups);
                  float* out = product.out + groups.first_column(span.first) * product.stride + row;
                  for (int64_t j = 0; j < span.columns(); ++j, out += product.stride) {
                    act_mul(gates + j * kStripRows, ups + j * kStripRows, out, target.rows);
                  }
                });
  return {};
}

}  // namespace realm::cpu
