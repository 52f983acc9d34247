#include "text/split/special_trie.hpp"

namespace realm {

SpecialTrie::SpecialTrie() : nodes_(1) {}

uint32_t SpecialTrie::child(uint32_t node, uint8_t byte) const {
  if (node == 0) return first_[byte];
  uint32_t i = nodes_[node].child;
  while (i != 0 && nodes_[i].byte != byte) i = nodes_[i].sibling;
  return i;
}

void SpecialTrie::add(std::string_view spelling, TokenId token, bool control) {
  uint32_t node = 0;
  for (const char c : spelling) {
    const uint8_t byte = static_cast<uint8_t>(c);
    uint32_t next = child(node, byte);
    if (next == 0) {
      next = static_cast<uint32_t>(nodes_.size());
      Node added;
      added.byte = byte;
      if (node == 0) {
        first_[byte] = next;
      } else {
        added.sibling = nodes_[node].child;
        nodes_[node].child = next;
      }
      nodes_.push_back(added);
    }
    node = next;
  }
  if (node == 0 || nodes_[node].ends) return;
  nodes_[node].ends = true;
  nodes_[node].control = control;
  nodes_[node].token = token;
}

std::optional<SpecialTrie::Match> SpecialTrie::find(std::string_view text, size_t from,
                                                    bool with_control) const {
  for (size_t begin = from; begin < text.size(); ++begin) {
    std::optional<Match> longest;
    uint32_t node = 0;
    for (size_t end = begin; end < text.size();) {
      node = child(node, static_cast<uint8_t>(text[end++]));
      if (node == 0) break;
      const Node& at = nodes_[node];
      if (at.ends && (with_control || !at.control)) longest = Match{begin, end, at.token};
    }
    if (longest) return longest;
  }
  return std::nullopt;
}

}  // namespace realm
