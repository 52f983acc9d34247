// Pattern: one compiled regular expression that cuts a text into matches and the gaps between them.
//
// Time grows with the text, whatever the text: a match costs a table look-up a character, and what
// a failed attempt has read is remembered. Unicode 16. Immutable, shared by threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "text/split/automaton.hpp"

namespace realm {

/// A part of a text: bytes [begin, end).
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

class Pattern {
 public:
  enum class Unit {
    kCharacter,
    kByte,  ///< the pattern speaks of bytes, written as U+0000 .. U+00FF
  };

  /// Errors: kInvalidArgument, kUnsupported: see pattern_syntax.hpp and automaton.hpp.
  static Result<Pattern> compile(std::string_view pattern, Unit unit = Unit::kCharacter);

  /// Appends the pieces of `piece`, as if it were a text of its own: every match that is not empty
  /// and every gap, in order. Precondition: it is valid UTF-8 (unless units are bytes).
  void split(std::string_view text, Span piece, std::vector<Span>& pieces) const;

 private:
  // In this state, at any place of [begin, end), there is no further match to come.
  struct Fruitless {
    uint32_t state = Automaton::kDead;
    size_t begin = 0;
    size_t end = 0;
  };

  template <bool kBytes>
  void split_into(std::string_view text, Span piece, std::vector<Span>& pieces) const;
  template <bool kBytes>
  size_t match_end(std::string_view text, Span rest, Fruitless& fruitless) const;
  template <bool kBytes>
  void remember(std::string_view text, size_t begin, size_t last, size_t stop,
                Fruitless& fruitless) const;
  template <bool kBytes>
  uint8_t read(std::string_view text, size_t& at) const;

  Unit unit_ = Unit::kCharacter;
  std::array<uint8_t, 256> first_{};  // class of a byte, or of a character of one byte
  CodePointClasses classes_;
  Automaton automaton_;
};

}  // namespace realm
