// The regular expressions of published tokenizer files, read into a tree.
//
// Syntax: characters and escapes (\r \n \t \x{..} \s \S \d \p{..} \P{..}), classes with ranges,
// negation, nesting and &&, groups (..) (?:..) (?i:..), alternatives, the quantifiers ? * + {m}
// {m,n}, the one-character look-aheads (?!x) and (?=x), and $, which also matches before a line
// feed, as it does in Oniguruma. Nothing is lazy; a quantifier is never possessive, which in the
// published patterns makes no difference: what follows cannot begin with what was taken.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "realm/error.hpp"
#include "text/split/code_point_set.hpp"

namespace realm {

struct PatternNode {
  enum class Kind {
    kSet,        // one character of sets[set]
    kAhead,      // nothing; the next character is in sets[set]
    kNotAhead,   // nothing; the next character is not in sets[set], or there is none
    kSequence,   // the parts one after the other
    kAlternate,  // the first of the parts that lets the whole match
    kRepeat,     // parts[0], least to most times, rather more often
  };
  static constexpr size_t kNoLimit = ~size_t{0};

  Kind kind = Kind::kSequence;
  size_t set = 0;
  size_t least = 0;
  size_t most = kNoLimit;
  std::vector<PatternNode> parts;
};

struct PatternTree {
  PatternNode root;
  std::vector<CodePointSet> sets;  // no two are equal
};

/// Errors: kInvalidArgument with the place in the pattern.
Result<PatternTree> parse_pattern(std::string_view pattern);

}  // namespace realm
