#include "backend/cpu/linear/product.hpp"

#include <algorithm>

#include "backend/cpu/kernels.hpp"
#include "backend/cpu/linear/columns.hpp"
#include "backend/cpu/linear/spans.hpp"

namespace realm::cpu {
namespace {

// Strips of a whole matrix where one group meets it: enough of them that a thread which the system
// slows down holds the others up by little. 16 threads of a shared Emerald Rapids gained 4 to 17 %
// in decode over 64 strips of at least 32 rows (2026-12).
constexpr int64_t kItems = 64;
constexpr int64_t kItemsAThread = 16;
int64_t strip_rows(const ThreadPool& pool, int64_t rows, int64_t groups) {
  if (groups > 1) return kStripRows;
  const int64_t items = std::max(kItems, kItemsAThread * pool.used());
  const int64_t even = (rows / items + kShortestStrip - 1) / kShortestStrip * kShortestStrip;
  return std::clamp(even, kShortestStrip, kLongestStrip);
}
// Activations that an item goes through: half of a small second-level cache. A run of groups takes
// a piece of k at a time and needs no such bound.
constexpr int64_t kRunBytes = 256 << 10;

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

int64_t strips_of(const TensorView& weight, int64_t strip) {
  return (weight.rows() + strip - 1) / strip;
}

// Calls body(strip, first group, last group, thread) for every strip of `strips` and some groups.
// Strips that are packed on the way meet all groups at once: packing costs more than reading the
// groups again.
template <class Body>
void for_each_item(const LinearContext& context, const ColumnGroups& groups,
                   const Grouping& grouping, int64_t strips, const Panels& panels,
                   const Body& body) {
  const int64_t bytes = std::max<int64_t>(1, groups.group_bytes());
  int64_t most = grouping.runs ? grouping.run_groups() : kRunBytes / bytes;
  most = std::max<int64_t>(1, panels.needed() ? groups.count() : most);
  const int64_t runs = (groups.count() + most - 1) / most;
  // All alike, because each unpacks the weights.
  const int64_t run = (groups.count() + runs - 1) / std::max<int64_t>(1, runs);
  context.pool.for_each(strips * runs, [&](int64_t item, int thread) {
    const int64_t first = item / strips * run;
    body(item % strips, first, std::min(first + run, groups.count()), thread);
  });
}

// Calls body(span) for the groups [first, last), one by one or in runs.
template <class Body>
void for_each_span(const ColumnGroups& groups, const Grouping& grouping, int64_t first,
                   int64_t last, const Body& body) {
  const int64_t step = grouping.runs ? grouping.run_groups() : 1;
  for (int64_t g = first; g < last; g += step) {
    body(Span{groups, grouping.runs, g, std::min(g + step, last)});
  }
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
  const Tiles* weights[kMaxProducts];
  int64_t rows = 0;
  for (size_t p = 0; p < products.size(); ++p) {
    parts[p].tiles = tiles_of(context, products[p].weight);
    weights[p] = &parts[p].tiles;
    panels.add(parts[p].tiles);
    rows += products[p].weight.rows();
  }
  const Grouping grouping = grouping_of(context, input.m, weights, products.size());
  REALM_ASSIGN(const ColumnGroups groups,
               ColumnGroups::prepare(context, input, grouping.planes, grouping.widest));
  REALM_TRY(panels.take(context, 1));
  const int64_t strip_length =
      panels.needed() ? kStripRows : strip_rows(context.pool, rows, groups.count());
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
    for_each_span(groups, grouping, first, last, [&](const Span& span) {
      const int64_t column = span.first_column();
      target.out = product.out + column * product.stride + row;
      if (product.residual != nullptr) {
        target.residual = product.residual + column * product.residual_stride + row;
      }
      multiply_span(context, tiles, row, input.k, span, target);
      if (product.softcap == 0) return;
      for (int64_t j = 0; j < span.columns(); ++j) {
        float* out = target.out + j * product.stride;
        context.rows.softcap(out, out, target.rows, product.softcap);
      }
    });
  };
  for_each_item(context, groups, grouping, strips, panels, item);
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
  const Tiles gate = tiles_of(context, product.gate_weight);
  const Tiles up = tiles_of(context, product.up_weight);
  const Tiles* weights[] = {&gate, &up};
  const Grouping grouping = grouping_of(context, input.m, weights, 2);
  REALM_ASSIGN(const ColumnGroups groups,
               ColumnGroups::prepare(context, input, grouping.planes, grouping.widest));
  const auto act_mul =
      product.activation == Activation::kSilu ? context.rows.silu_mul : context.rows.gelu_tanh_mul;
  Panels panels;
  panels.add(gate);
  panels.add(up);
  REALM_TRY(panels.take(context, 2));
  const int64_t n = product.gate_weight.rows();
  const int64_t strip_length = panels.needed() || groups.count() > 1 ? kStripRows : kShortestStrip;
  const auto item = [&](int64_t strip, int64_t first, int64_t last, int thread) {
    alignas(64) float gates[kMaxRunColumns * kStripRows];
    alignas(64) float ups[kMaxRunColumns * kStripRows];
    const int64_t row = strip * strip_length;
    Target target{};
    target.stride = kStripRows;
    target.rows = std::min(strip_length, n - row);
    const auto bias = [row](const float* all) { return all == nullptr ? nullptr : all + row; };
    const Tiles gate_strip = gate.strip(context, row, target.rows, panels.of(thread, 0));
    const Tiles up_strip = up.strip(context, row, target.rows, panels.of(thread, 1));
    for_each_span(groups, grouping, first, last, [&](const Span& span) {
      target.out = gates;
      target.bias = bias(product.gate_bias);
      multiply_span(context, gate_strip, row, input.k, span, target);
      target.out = ups;
      target.bias = bias(product.up_bias);
      multiply_span(context, up_strip, row, input.k, span, target);
      float* out = product.out + span.first_column() * product.stride + row;
      for (int64_t j = 0; j < span.columns(); ++j, out += product.stride) {
        act_mul(gates + j * kStripRows, ups + j * kStripRows, out, target.rows);
      }
    });
  };
  for_each_item(context, groups, grouping, strips_of(product.gate_weight, strip_length), panels,
                item);
  return {};
}

}  // namespace realm::cpu
