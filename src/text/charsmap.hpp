// Charsmap: the normalization table of a SentencePiece model (`precompiled_charsmap`): texts of a
// character or some, each with what stands for it.
//
// The file's bytes: the size of an array, 32-bit; the array, a darts-clone double array of 32-bit
// units; the replacements, each ended by U+0000. All little-endian. Untrusted: create() checks
// every unit, so that no walk leaves the array. Immutable, shared by threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "realm/error.hpp"

namespace realm {

class Charsmap {
 public:
  Charsmap() = default;  ///< replaces nothing
  /// Error: kCorruptFile, "precompiled_charsmap: ...".
  static Result<Charsmap> create(std::string_view bytes);

  bool empty() const { return units_.empty(); }

  struct Match {
    size_t bytes = 0;  ///< 0: nothing is replaced here
    std::string_view replacement;
  };
  /// The longest entry that `text` begins with.
  Match longest(std::string_view text) const;

  /// No entry begins with `byte` and has only ASCII behind it.
  bool keeps_ascii(uint8_t byte) const;

 private:
  std::vector<uint32_t> units_;
  std::string replacements_;  // ends with U+0000 where it is not empty
};

}  // namespace realm
