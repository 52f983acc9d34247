#include <algorithm>
#include <array>
#include <map>

#include "text/split/automaton.hpp"

namespace realm {
namespace {

constexpr size_t kMaxClasses = 250;
constexpr uint32_t kBlock = 256;

struct Segment {
  uint32_t first = 0;
  uint8_t cls = 0;
};

class Builder {
 public:
  explicit Builder(const std::vector<CodePointSet>& sets) : sets_(sets) {}

  bool build(CodePointClasses& out) {
    std::vector<uint32_t> bounds = {0};
    for (const CodePointSet& set : sets_) {
      for (const CodePointSet::Range& range : set.ranges()) {
        bounds.push_back(range.first);
        if (range.last < kLastCodePoint) bounds.push_back(range.last + 1);
      }
    }
    std::sort(bounds.begin(), bounds.end());
    bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());

    std::map<std::vector<bool>, uint8_t> numbers;
    std::vector<size_t> next(sets_.size());  // by set: its first range that is not behind us
    for (const uint32_t bound : bounds) {
      std::vector<bool> in_set(sets_.size());
      for (size_t i = 0; i < sets_.size(); ++i) {
        const auto& ranges = sets_[i].ranges();
        while (next[i] < ranges.size() && ranges[next[i]].last < bound) ++next[i];
        in_set[i] = next[i] < ranges.size() && ranges[next[i]].first <= bound;
      }
      const auto found = numbers.emplace(in_set, static_cast<uint8_t>(out.in_set.size()));
      if (found.second) out.in_set.push_back(in_set);
      if (out.in_set.size() > kMaxClasses) return false;
      segments_.push_back({bound, found.first->second});
    }
    out.count = out.in_set.size();
    out.in_set.emplace_back(sets_.size());  // the end
    fill_pages(out);
    return true;
  }

 private:
  void fill_pages(CodePointClasses& out) const {
    std::map<std::array<uint8_t, kBlock>, uint16_t> known;
    size_t segment = 0;
    for (uint32_t page = 0; page <= kLastCodePoint / kBlock; ++page) {
      std::array<uint8_t, kBlock> block;
      for (uint32_t at = 0; at < kBlock;) {
        const uint32_t code_point = page * kBlock + at;
        while (segment + 1 < segments_.size() && segments_[segment + 1].first <= code_point) {
          ++segment;
        }
        uint32_t end = kBlock;
        if (segment + 1 < segments_.size()) {
          end = std::min(end, segments_[segment + 1].first - page * kBlock);
        }
        std::fill(block.begin() + at, block.begin() + end, segments_[segment].cls);
        at = end;
      }
      const auto found = known.emplace(block, static_cast<uint16_t>(known.size()));
      if (found.second) out.blocks.insert(out.blocks.end(), block.begin(), block.end());
      out.pages.push_back(found.first->second);
    }
  }

  const std::vector<CodePointSet>& sets_;
  std::vector<Segment> segments_;
};

}  // namespace

Result<CodePointClasses> classes_of(const std::vector<CodePointSet>& sets) {
  CodePointClasses classes;
  if (!Builder(sets).build(classes)) {
    return Error{Code::kUnsupported, "a pattern that tells too many kinds of characters apart"};
  }
  return classes;
}

}  // namespace realm
