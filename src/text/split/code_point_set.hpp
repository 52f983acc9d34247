// CodePointSet: characters as sorted, disjoint ranges; what a pattern's classes are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace realm {

constexpr uint32_t kLastCodePoint = 0x10FFFF;

class CodePointSet {
 public:
  struct Range {
    uint32_t first = 0;
    uint32_t last = 0;
    friend bool operator==(const Range& a, const Range& b) {
      return a.first == b.first && a.last == b.last;
    }
  };

  CodePointSet() = default;
  /// A general category or a group of them ("Lu", "L"), "Han" or "White_Space", by Unicode 16; no
  /// value for another name.
  static std::optional<CodePointSet> property(std::string_view name);

  void add(uint32_t first, uint32_t last);
  void add(const CodePointSet& other);
  CodePointSet complement() const;
  CodePointSet intersection(const CodePointSet& other) const;

  bool contains(uint32_t code_point) const;
  const std::vector<Range>& ranges() const { return ranges_; }
  friend bool operator==(const CodePointSet& a, const CodePointSet& b) {
    return a.ranges_ == b.ranges_;
  }

 private:
  void normalize();
  std::vector<Range> ranges_;
};

}  // namespace realm
