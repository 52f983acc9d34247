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
// Activations that an item goes through: half of a small second-level cache.
constexpr int64_t kRunBytes = 256 << 10;

struct Tiles {
  const uint8_t* data;
  int64_t row_bytes;  // of a tile, divided by its rows
  Multiply multiply;
  bool plain;
  // A weight in the file's own rows: strips of it are packed as they are needed.
  const TensorView* unpacked = nullptr;
  int64_t first_row = 0;  // of what lies at `data`

  const uint8_t* from(int64_t row) const { return data + (row - first_row) * row_bytes; }
  // The tiles of rows [row, row + count), packed into `panel` where they are not yet.
  Tiles strip(const LinearContext& context, int64_t row, int64_t count, std::byte* panel) const {
    if (unpacked == nullptr) return *this;
    pack_strip(context.kernels, *unpacked, row, count, panel);
    Tiles tiles = *this;
    tiles.data = reinterpret_cast<const uint8_t*>(panel);
    tiles.first_row = row;
    return tiles;
  }
};

Multiply multiply_of(const LinearKernels& kernels, Format format) {
  for (const MultiplyPart* part : kernels.parts) {
    if (const Multiply found = part->multiply[static_cast<uint32_t>(format)]) return found;
  }
  return nullptr;  // unreachable: check() admits weight formats only
}

Result<Tiles> tiles_of(const LinearContext& context, const TensorView& weight) {
  const LinearKernels& kernels = context.kernels;
  const auto* data = static_cast<const uint8_t*>(weight.buffer->address()) + weight.offset_bytes;
  const uint64_t tile = tile_bytes(row_of(weight.format), static_cast<uint32_t>(kernels.tile_rows),
                                   static_cast<uint64_t>(weight.cols()));
  return Tiles{data, static_cast<int64_t>(tile) / kernels.tile_rows,
               multiply_of(kernels, weight.format),
               row_of(weight.format).kind == FormatKind::kFloat,
               weight.packing == Packing::kDevice ? nullptr : &weight};
}

// Memory for the strips that each thread packs; nothing where all weights are packed.
class Panels {
 public:
  void add(const Tiles& tiles) {
    if (tiles.unpacked == nullptr) return;
    bytes_ = std::max(bytes_, (kStripRows * tiles.row_bytes + 63) / 64 * 64);
  }
  bool needed() const { return bytes_ > 0; }
  Result<void> take(const LinearContext& context, int64_t each) {
    each_ = each;
    if (!needed()) return {};
    const int64_t all = bytes_ * each * context.pool.threads();
    REALM_ASSIGN(memory_, context.scratch.take_panels(static_cast<size_t>(all)));
    return {};
  }
  std::byte* of(int thread, int64_t index) const {
    return needed() ? memory_ + (thread * each_ + index) * bytes_ : nullptr;
  }

 private:
  std::byte* memory_ = nullptr;
  int64_t bytes_ = 0;  // of a strip of the widest weight
  int64_t each_ = 1;   // panels of a thread
};

uint32_t planes_for(const LinearContext& context, Format format) {
  const uint32_t planes = planes_of(row_of(format), context.kernels.offset_bytes);
  const bool pairs = (planes & kCodes) != 0 && context.activations == Activations::kInt16Block32;
  return pairs ? planes | kPairs : planes;
}

// Tiles from `row` on times one group. Two columns of a row are multiplied as two, and added before
// what the product is added to: first + fine, + bias, residual +, each rounded once.
void multiply_group(const LinearContext& context, const Tiles& tiles, int64_t row, int64_t k,
                    const ColumnGroups& groups, int64_t group, const Target& target) {
  const Columns columns = groups.columns(group);
  if (tiles.plain || !groups.pairs()) {
    return tiles.multiply(tiles.from(row), k, columns, target);
  }
  alignas(64) float products[kMaxColumns * kLongestStrip];
  Target both{};
  both.out = products;
  both.stride = target.rows;
  both.rows = target.rows;
  tiles.multiply(tiles.from(row), k, groups.code_columns(group), both);
  for (int32_t j = 0; j < columns.count; ++j) {
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

// Calls body(strip, first group, last group, thread) for every strip of `strips` and every run of
// groups. Strips that are packed on the way meet all groups at once: packing costs more than
// reading the groups again.
template <class Body>
void for_each_item(const LinearContext& context, const ColumnGroups& groups, int64_t strips,
                   const Panels& panels, const Body& body) {
  const int64_t bytes = std::max<int64_t>(1, groups.group_bytes());
  const int64_t run = std::max<int64_t>(1, panels.needed() ? groups.count() : kRunBytes / bytes);
  const int64_t runs = (groups.count() + run - 1) / run;
  context.pool.for_each(strips * runs, [&](int64_t item, int thread) {
    const int64_t first = item / strips * run;
    body(item % strips, first, std::min(first + run, groups.count()), thread);
  });
}

constexpr size_t kMaxProducts = 3;  // queries, keys, values

// Products with packed weights.
Result<void> multiply_packed(const LinearContext& context, const ProductInput& input,
                             std::span<const Product> products) {
  struct Part {
    Tiles tiles;
    int64_t first_strip;
  };
  Part parts[kMaxProducts];
  Panels panels;
  uint32_t planes = 0;
  int64_t rows = 0;
  for (size_t p = 0; p < products.size(); ++p) {
    REALM_ASSIGN(parts[p].tiles, tiles_of(context, products[p].weight));
    panels.add(parts[p].tiles);
    rows += products[p].weight.rows();
    planes |= planes_for(context, products[p].weight.format);
  }
  REALM_ASSIGN(const ColumnGroups groups, ColumnGroups::prepare(context, input, planes));
  REALM_TRY(panels.take(context, 1));
  const int64_t strip_length = panels.needed() ? kStripRows : strip_rows(rows, groups.count());
  int64_t strips = 0;
  for (size_t p = 0; p < products.size(); ++p) {
    parts[p].first_strip = strips;
    strips += strips_of(products[p].weight, strip_length);
  }
  const auto item = [&](int64_t strip, int64_t first, int64_t last, int thread) {
    size_t p = products.size() - 1;
    while (strip < parts[p].first_strip) --p;
    const Product& product = products[p];
    const int64_t row = (strip - parts[p].first_strip) * strip_length;
    Target target{};
    target.stride = product.stride;
    target.bias = product.bias == nullptr ? nullptr : product.bias + row;
    target.residual_stride = product.residual_stride;
    target.rows = std::min(strip_length, product.weight.rows() - row);
    const Tiles tiles = parts[p].tiles.strip(context, row, target.rows, panels.of(thread, 0));
    for (int64_t g = first; g < last; ++g) {
      const int64_t column = groups.first_column(g);
      target.out = product.out + column * product.stride + row;
      if (product.residual != nullptr) {
        target.residual = product.residual + column * product.residual_stride + row;
      }
      multiply_group(context, tiles, row, input.k, groups, g, target);
      if (product.softcap == 0) continue;
      for (int32_t j = 0; j < groups.columns(g).count; ++j) {
        float* out = target.out + j * product.stride;
        context.rows.softcap(out, out, target.rows, product.softcap);
      }
    }
  };
  for_each_item(context, groups, strips, panels, item);
  return {};
}

}  // namespace

Result<void> multiply(const LinearContext& context, const ProductInput& input,
                      std::span<const Product> products) {
  Product own[kMaxProducts];
  Product blas[kMaxProducts];
  size_t owns = 0;
  size_t blases = 0;
  for (const Product& product : products) {
    (is_blas_weight(context, product.weight) ? blas[blases++] : own[owns++]) = product;
  }
  if (blases > 0) REALM_TRY(multiply_by_blas(context, input, {blas, blases}));
  if (owns == 0) return {};
  return multiply_packed(context, input, {own, owns});
}

Result<void> multiply(const LinearContext& context, const ProductInput& input,
                      const GatedProduct& product) {
  if (is_blas_weight(context, product.gate_weight) || is_blas_weight(context, product.up_weight)) {
    return multiply_by_blas(context, input, product);
  }
  REALM_ASSIGN(const Tiles gate, tiles_of(context, product.gate_weight));
  REALM_ASSIGN(const Tiles up, tiles_of(context, product.up_weight));
  const uint32_t planes = planes_for(context, product.gate_weight.format) |
                          planes_for(context, product.up_weight.format);
  REALM_ASSIGN(const ColumnGroups groups, ColumnGroups::prepare(context, input, planes));
  const auto act_mul =
      product.activation == Activation::kSilu ? context.rows.silu_mul : context.rows.gelu_tanh_mul;
  Panels panels;
  panels.add(gate);
  panels.add(up);
  REALM_TRY(panels.take(context, 2));
  const int64_t n = product.gate_weight.rows();
  for_each_item(
      context, groups, strips_of(product.gate_weight, kStripRows), panels,
      [&](int64_t strip, int64_t first, int64_t last, int thread) {
        alignas(64) float gates[kMaxColumns * kStripRows];
        alignas(64) float ups[kMaxColumns * kStripRows];
        const int64_t row = strip * kStripRows;
        Target target{};
        target.stride = kStripRows;
        target.rows = std::min(kStripRows, n - row);
        const auto bias = [row](const float* all) { return all == nullptr ? nullptr : all + row; };
        const Tiles gate_strip = gate.strip(context, row, target.rows, panels.of(thread, 0));
        const Tiles up_strip = up.strip(context, row, target.rows, panels.of(thread, 1));
        for (int64_t g = first; g < last; ++g) {
          target.out = gates;
          target.bias = bias(product.gate_bias);
          multiply_group(context, gate_strip, row, input.k, groups, g, target);
          target.out = ups;
          target.bias = bias(product.up_bias);
          multiply_group(context, up_strip, row, input.k, groups, g, target);
          float* out = product.out + groups.first_column(g) * product.stride + row;
          const int32_t count = groups.columns(g).count;
          for (int32_t j = 0; j < count; ++j, out += product.stride) {
            act_mul(gates + j * kStripRows, ups + j * kStripRows, out, target.rows);
          }
        }
      });
  return {};
}

}  // namespace realm::cpu
