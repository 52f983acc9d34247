#include "text/split/code_point_set.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace realm {
namespace {

constexpr uint32_t kCategoryRuns[] = {
#include "text/split/unicode_category_runs.inc"
};

// The numbers in the runs. 0 is Cn: not assigned.
constexpr std::string_view kCategories[] = {
    "Cn", "Cc", "Cf", "Co", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No",
    "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp"};
constexpr uint32_t kUpperLowerInTurn = 29;

constexpr CodePointSet::Range kWhiteSpace[] = {
    {0x09, 0x0D},     {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
    {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};

constexpr CodePointSet::Range kHan[] = {
    {0x2E80, 0x2E99},   {0x2E9B, 0x2EF3},   {0x2F00, 0x2FD5},   {0x3005, 0x3005},
    {0x3007, 0x3007},   {0x3021, 0x3029},   {0x3038, 0x303B},   {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF},   {0xF900, 0xFA6D},   {0xFA70, 0xFAD9},   {0x16FE2, 0x16FE3},
    {0x16FF0, 0x16FF1}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B739}, {0x2B740, 0x2B81D},
    {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0}, {0x2EBF0, 0x2EE5D}, {0x2F800, 0x2FA1D},
    {0x30000, 0x3134A}, {0x31350, 0x323AF}};

template <size_t kSize>
CodePointSet of(const CodePointSet::Range (&ranges)[kSize]) {
  CodePointSet set;
  for (const CodePointSet::Range& range : ranges) set.add(range.first, range.last);
  return set;
}

}  // namespace

std::optional<CodePointSet> CodePointSet::property(std::string_view name) {
  if (name == "White_Space") return of(kWhiteSpace);
  if (name == "Han") return of(kHan);
  std::array<bool, std::size(kCategories)> wanted{};
  bool known = false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    wanted[i] = !name.empty() && name.size() <= 2 && kCategories[i].substr(0, name.size()) == name;
    known = known || wanted[i];
  }
  if (!known) return std::nullopt;

  CodePointSet set;
  for (size_t i = 0; i < std::size(kCategoryRuns); ++i) {
    const uint32_t first = kCategoryRuns[i] >> 5;
    const uint32_t category = kCategoryRuns[i] & 31;
    const uint32_t next =
        i + 1 < std::size(kCategoryRuns) ? kCategoryRuns[i + 1] >> 5 : kLastCodePoint + 1;
    if (category != kUpperLowerInTurn) {
      if (wanted[category]) set.ranges_.push_back({first, next - 1});
      continue;
    }
    for (uint32_t c = first; c < next; ++c) {
      const size_t turn = (c - first) % 2 == 0 ? 4 : 5;  // Lu, Ll
      if (wanted[turn]) set.ranges_.push_back({c, c});
    }
  }
  set.normalize();
  return set;
}

void CodePointSet::normalize() {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const Range& a, const Range& b) { return a.first < b.first; });
  size_t kept = 0;
  for (const Range& range : ranges_) {
    if (kept > 0 && range.first <= ranges_[kept - 1].last + 1) {
      ranges_[kept - 1].last = std::max(ranges_[kept - 1].last, range.last);
    } else {
      ranges_[kept++] = range;
    }
  }
  ranges_.resize(kept);
}

void CodePointSet::add(uint32_t first, uint32_t last) {
  ranges_.push_back({first, last});
  normalize();
}

void CodePointSet::add(const CodePointSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  normalize();
}

CodePointSet CodePointSet::complement() const {
  CodePointSet out;
  uint32_t next = 0;
  for (const Range& range : ranges_) {
    if (range.first > next) out.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLastCodePoint) out.ranges_.push_back({next, kLastCodePoint});
  return out;
}

CodePointSet CodePointSet::intersection(const CodePointSet& other) const {
  CodePointSet outside = complement();
  outside.add(other.complement());
  return outside.complement();
}

bool CodePointSet::contains(uint32_t code_point) const {
  const auto range =
      std::lower_bound(ranges_.begin(), ranges_.end(), code_point,
                       [](const Range& r, uint32_t value) { return r.last < value; });
  return range != ranges_.end() && range->first <= code_point;
}

}  // namespace realm
