// Unicode as BERT's tokenizers see it: what is removed, what ends a word, which marks are accents.
#pragma once

#include <cstdint>
#include <vector>

namespace realm::wordpiece {

enum class Kind : uint8_t {
  kLetter,       ///< part of a word
  kSpace,        ///< ends a word
  kPunctuation,  ///< a word of its own
  kIdeograph,    ///< has spaces on both sides
  kRemoved,      ///< control, format and private characters, and U+FFFD
};

Kind kind_of(uint32_t code_point);

/// A nonspacing mark, which stripping accents removes.
bool is_accent(uint32_t code_point);

/// The order in which marks stand behind a letter in NFD; 0 for what begins anew, as letters do.
uint8_t combining_class(uint32_t code_point);

/// Appends the canonical decomposition (NFD, not yet in order).
void decompose(uint32_t code_point, std::vector<uint32_t>& out);

/// Appends the full lower-case form; one character but for U+0130.
void lower(uint32_t code_point, std::vector<uint32_t>& out);

}  // namespace realm::wordpiece
