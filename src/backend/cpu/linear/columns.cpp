#include "backend/cpu/linear/columns.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "backend/cpu/kernels.hpp"
#include "backend/cpu/linear/packed.hpp"
#include "base/str.hpp"

namespace realm::cpu {
namespace {

constexpr size_t kAlignment = 64;

// Hands out consecutive aligned pieces; first without memory, to learn the size.
class Carver {
 public:
  explicit Carver(std::byte* base) : base_(base) {}
  template <class T>
  T* take(bool wanted, int64_t n) {
    if (!wanted) return nullptr;
    T* at = base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + used_);
    used_ += (static_cast<size_t>(n) * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    return at;
  }
  size_t used() const { return used_; }

 private:
  std::byte* base_;
  size_t used_ = 0;
};

int64_t even(int64_t k) { return (k + 1) / 2 * 2; }

Columns carve(Carver& carver, uint32_t planes, int64_t m, int64_t k) {
  const int64_t n = (planes & kPairs) != 0 ? 2 * m : m;  // columns of codes
  const int64_t blocks = k / kBlock;
  Columns base{};
  base.codes = carver.take<int8_t>((planes & kCodes) != 0, n * k);
  base.wide = carver.take<int16_t>((planes & kWide) != 0, n * k);
  base.scales = carver.take<float>((planes & (kCodes | kWide)) != 0, n * blocks);
  base.starts = carver.take<int32_t>((planes & kStarts) != 0, n * blocks);
  base.sums = carver.take<float>((planes & kSums) != 0, n * blocks);
  base.starts16 = carver.take<int32_t>((planes & kStarts16) != 0, n * blocks * 2);
  base.sums16 = carver.take<float>((planes & kSums16) != 0, n * blocks * 2);
  base.floats = carver.take<float>((planes & kFloats) != 0, m * k);
  base.brain_floats = carver.take<float>((planes & kBrainFloats) != 0, m * k);
  base.brain_pairs = carver.take<uint16_t>((planes & kBrainPairs) != 0, m * even(k));
  return base;
}

template <class T>
T* advance(T* base, int64_t n) {
  return base == nullptr ? nullptr : base + n;
}

// Columns of k that one thread prepares where groups are fewer than threads. No two pieces share a
// cache line of codes.
constexpr int64_t kPiece = 256;
// Numbers of the input from which on other threads are worth calling: reading what they have just
// written costs one thread more than the call. 8 rows of 8192 held 15 others up for 70 us a layer.
constexpr int64_t kFewestShared = 16 << 10;

int64_t piece_length(const ThreadPool& pool, int64_t groups, int64_t m, int64_t k) {
  if (m * k < kFewestShared || groups >= pool.used()) return k;
  const int64_t pieces = (pool.used() + groups - 1) / groups;
  return ((k + pieces - 1) / pieces + kPiece - 1) / kPiece * kPiece;
}

// The planes of a group from column `from` of k on; `n` columns of codes.
Columns columns_from(const Columns& group, int64_t from, int64_t n) {
  const int64_t blocks = from / kBlock;
  Columns out = group;
  out.codes = advance(out.codes, from * n);
  out.wide = advance(out.wide, from * n);
  out.scales = advance(out.scales, blocks * n);
  out.starts = advance(out.starts, blocks * n);
  out.sums = advance(out.sums, blocks * n);
  out.starts16 = advance(out.starts16, blocks * 2 * n);
  out.sums16 = advance(out.sums16, blocks * 2 * n);
  out.floats = advance(out.floats, from * out.count);
  out.brain_floats = advance(out.brain_floats, from * out.count);
  out.brain_pairs = advance(out.brain_pairs, from * out.count);
  return out;
}

}  // namespace

void LinearScratch::Free::operator()(std::byte* p) const {
  ::operator delete[](p, std::align_val_t{kAlignment});
}

Result<std::byte*> LinearScratch::grow(Memory& memory, size_t size_bytes, const char* what) {
  if (size_bytes > memory.size_bytes) {
    memory.data.reset();
    memory.size_bytes = 0;
    auto* data = static_cast<std::byte*>(
        ::operator new[](size_bytes, std::align_val_t{kAlignment}, std::nothrow));
    if (data == nullptr) {
      return Error{Code::kOutOfMemory, str("no memory for ", size_bytes, " bytes of ", what)};
    }
    memory.data.reset(data);
    memory.size_bytes = size_bytes;
  }
  return memory.data.get();
}

Result<ColumnGroups> ColumnGroups::prepare(const LinearContext& context, const ProductInput& input,
                                           uint32_t planes, int64_t widest) {
  const int64_t m = input.m;
  const int64_t k = input.k;
  ColumnGroups groups;
  groups.pairs_ = (planes & (kCodes | kWide)) != 0 && (planes & kPairs) != 0;
  if (widest == 0) widest = context.kernels.max_columns;
  if (groups.pairs_) widest /= 2;
  groups.count_ = (m + widest - 1) / widest;
  groups.k_ = k;
  if (m == 0) return groups;
  groups.small_ = m / groups.count_;
  groups.large_groups_ = m % groups.count_;

  const bool norms = input.norm_weight != nullptr;
  const int64_t row_floats = (k + 15) / 16 * 16;
  const auto lay_out = [&](Carver& carver) {
    groups.base_ = carve(carver, planes, m, k);
    return carver.take<float>(norms, row_floats * context.pool.threads());
  };
  Carver measure(nullptr);
  lay_out(measure);
  REALM_ASSIGN(std::byte * memory, context.scratch.take(measure.used()));
  Carver carver(memory);
  float* normed = lay_out(carver);
  groups.group_bytes_ = static_cast<int64_t>(measure.used()) / groups.count_;

  // Every piece of a row is normed by the same sum over all of it.
  const int64_t length = piece_length(context.pool, groups.count_, m, k);
  const int64_t pieces = (k + length - 1) / length;
  context.pool.for_each(groups.count_ * pieces, [&](int64_t item, int thread) {
    const int64_t g = item / pieces;
    const int64_t from = item % pieces * length;
    const Columns whole = groups.columns(g);
    const Columns columns =
        columns_from(whole, from, groups.pairs_ ? 2 * whole.count : whole.count);
    for (int32_t j = 0; j < columns.count; ++j) {
      const int64_t i = groups.first_column(g) + j;
      const float* x = input.x + (input.rows == nullptr ? i : input.rows[i]) * input.stride;
      if (norms) {
        float* row = normed + thread * row_floats;
        context.rows.rms_norm(x, input.norm_weight, row, k, input.eps);
        x = row;
      }
      context.kernels.prepare(x + from, std::min(length, k - from), planes, j, columns);
    }
  });
  return groups;
}

Columns ColumnGroups::columns(int64_t group) const {
  const int64_t row = first_column(group);
  const int64_t column = pairs_ ? 2 * row : row;
  const int64_t blocks = k_ / kBlock;
  Columns out{};
  out.count = static_cast<int32_t>(small_ + (group < large_groups_ ? 1 : 0));
  out.codes = advance(base_.codes, column * k_);
  out.wide = advance(base_.wide, column * k_);
  out.scales = advance(base_.scales, column * blocks);
  out.starts = advance(base_.starts, column * blocks);
  out.sums = advance(base_.sums, column * blocks);
  out.starts16 = advance(base_.starts16, column * blocks * 2);
  out.sums16 = advance(base_.sums16, column * blocks * 2);
  out.floats = advance(base_.floats, row * k_);
  out.brain_floats = advance(base_.brain_floats, row * k_);
  out.brain_pairs = advance(base_.brain_pairs, row * even(k_));
  return out;
}

Columns ColumnGroups::code_columns(int64_t group) const {
  Columns out = columns(group);
  if (pairs_) out.count *= 2;
  return out;
}

}  // namespace realm::cpu
