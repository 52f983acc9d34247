// A pattern as a deterministic automaton over classes of characters that it does not tell apart.
//
// The match is the one that a backtracking matcher finds: of the alternatives the first that lets
// the whole match, every quantifier as often as that allows. A state is therefore an ordered list
// of the places in the pattern where such a matcher could be, the preferred first, and a match cuts
// off what is less preferred. Whether a match ends in front of a character is said by the
// transition over that character, so that a look-ahead of one character costs nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "realm/error.hpp"
#include "text/split/pattern_syntax.hpp"

namespace realm {

/// The classes: numbers below `count`, and `count` itself for the end of the text.
struct CodePointClasses {
  size_t count = 0;
  std::vector<std::vector<bool>> in_set;  // [class][set]; the end is in none
  std::vector<uint8_t> blocks;            // blocks of 256 code points with equal content stand once
  std::vector<uint16_t> pages;            // which block: code_point >> 8

  uint8_t of(uint32_t code_point) const {
    return blocks[size_t{pages[code_point >> 8]} << 8 | (code_point & 0xFF)];
  }
};

Result<CodePointClasses> classes_of(const std::vector<CodePointSet>& sets);

struct Automaton {
  static constexpr uint32_t kDead = 0;
  static constexpr uint32_t kMatchBit = 1;  // a match ends in front of the character

  uint32_t start = kDead;
  size_t stride = 0;           // of a state; even, so that states, offsets into `next`, are too
  std::vector<uint32_t> next;  // [state + class]: the next state, and kMatchBit
};

/// Errors: kUnsupported for a pattern with too many states.
Result<Automaton> automaton_of(const PatternTree& tree, const CodePointClasses& classes);

}  // namespace realm
