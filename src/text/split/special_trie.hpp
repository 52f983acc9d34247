// SpecialTrie finds the tokens that are cut out of a text whole: user-defined tokens always,
// control tokens when the caller trusts the text. At every position the longest one wins; positions
// are tried from the left. Immutable after the last add(), shared by threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "realm/tokenizer.hpp"

namespace realm {

class SpecialTrie {
 public:
  struct Match {
    size_t begin = 0;
    size_t end = 0;
    TokenId token{};
  };

  SpecialTrie();
  /// The first token of a spelling stays; an empty spelling is ignored.
  void add(std::string_view spelling, TokenId token, bool control);
  /// The leftmost match at or behind `from`, the longest at its place.
  std::optional<Match> find(std::string_view text, size_t from, bool with_control) const;

 private:
  struct Node {
    uint8_t byte = 0;
    bool ends = false;     // a spelling ends here
    bool control = false;  // and it is a control token
    TokenId token{};
    uint32_t child = 0;  // 0, the root, stands for none
    uint32_t sibling = 0;
  };
  uint32_t child(uint32_t node, uint8_t byte) const;

  std::vector<Node> nodes_;
  std::array<uint32_t, 256> first_{};  // children of the root: most bytes of a text end here
};

}  // namespace realm
