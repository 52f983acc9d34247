// Numbers cut into groups of three from the right, as people write them: what a look-ahead over the
// rest of a number does in some tokenizer files, in time that grows with the number.
#pragma once

#include <string_view>
#include <vector>

#include "text/split/code_point_set.hpp"
#include "text/split/pattern.hpp"

namespace realm {

class DigitGroups {
 public:
  enum class Rule {
    kNumbers,      ///< every run of \p{N}, each group a piece
    kAtWordEnd,    ///< \d{1,3}(?=(?:\d{3})*\b): runs of \d that no letter follows
    kCutsInFront,  ///< (?=(\d{3})+(?!\d)), which matches nothing, only cuts
  };
  explicit DigitGroups(Rule rule);

  /// Appends the pieces of `piece`; together they are it. Precondition: it is valid UTF-8.
  void split(std::string_view text, Span piece, std::vector<Span>& pieces) const;

 private:
  Rule rule_ = Rule::kNumbers;
  CodePointSet digits_;
  CodePointSet words_;
};

}  // namespace realm
