// DoubleArray: a set of byte strings, each with a number, in which all that begin a text are found
// at one array access a byte (Aoe 1989; children by exclusive or, as Kanda 2018 has them).
// Immutable after build(), shared by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace realm {

class DoubleArray {
 public:
  static constexpr uint32_t kRoot = 0;
  static constexpr uint32_t kNone = ~uint32_t{0};
  static constexpr int32_t kNoValue = -1;

  DoubleArray() : slots_(256) {}

  /// Values are at least 0. Of equal strings the first stays; an empty one is left out. Time and
  /// memory grow as the strings together.
  /// Precondition: together less than 1 GiB.
  void build(std::vector<std::pair<std::string_view, int32_t>> strings);

  /// The node that `byte` leads to, or kNone.
  uint32_t step(uint32_t node, uint8_t byte) const {
    const uint32_t next = slots_[node].base ^ byte;
    return slots_[next].parent == node ? next : kNone;
  }
  /// Of the string that ends at `node`; kNoValue where none does.
  int32_t value(uint32_t node) const { return slots_[node].value; }

  struct Match {
    size_t bytes = 0;  ///< 0: none
    int32_t value = kNoValue;
  };
  /// The longest string that `text` begins with.
  Match longest(std::string_view text) const {
    Match found;
    uint32_t node = kRoot;
    for (size_t i = 0; i < text.size(); ++i) {
      node = step(node, static_cast<uint8_t>(text[i]));
      if (node == kNone) break;
      if (slots_[node].value != kNoValue) found = {i + 1, slots_[node].value};
    }
    return found;
  }

 private:
  // `base ^ byte` is inside slots_ for any byte: its size is a multiple of 256.
  struct Slot {
    uint32_t base = 0;
    uint32_t parent = kNone;  // kNone: free, or the root
    int32_t value = kNoValue;
  };
  class Builder;

  std::vector<Slot> slots_;
};

}  // namespace realm
