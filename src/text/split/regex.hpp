// Regex: one compiled PCRE2 pattern that cuts a text into matches and the gaps between them.
//
// Unicode properties throughout (UTF, UCP), JIT where the machine has it. Work is bounded by limits
// that grow with the text; a text that runs into one is an error, never cut short.
// Immutable, shared by threads; what a match writes to lives in a RegexScratch, one per call.
// Unicode tables are PCRE2's own (10.42: Unicode 14); newer_unicode.hpp bridges to 16.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "realm/error.hpp"

struct pcre2_real_code_8;

namespace realm {

/// A part of a text: bytes [begin, end).
struct Span {
  size_t begin = 0;
  size_t end = 0;
};

class RegexScratch {
 public:
  RegexScratch();
  ~RegexScratch();
  RegexScratch(const RegexScratch&) = delete;
  RegexScratch& operator=(const RegexScratch&) = delete;

 private:
  friend class Regex;
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

class Regex {
 public:
  /// Patterns are written in the dialect that tokenizer files use (Oniguruma, Rust); where PCRE2
  /// reads them differently they are translated.
  static Result<Regex> compile(std::string_view pattern);

  /// Appends the pieces of `text`: every match that is not empty and every gap, in order; together
  /// they are the text. Precondition: `text` is valid UTF-8. `offset` is added to each position.
  Result<void> split(std::string_view text, size_t offset, RegexScratch& scratch,
                     std::vector<Span>& pieces) const;

 private:
  struct FreeCode {
    void operator()(pcre2_real_code_8* code) const;
  };
  std::unique_ptr<pcre2_real_code_8, FreeCode> code_;
};

}  // namespace realm
