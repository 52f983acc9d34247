#include "engine/kept_prefix.hpp"

#include <algorithm>
#include <string_view>

namespace realm {
namespace {

// Of tokens that are no text only the number counts: another one of the same name is another one.
bool is_text(const Tokenizer& tokenizer, TokenId id) {
  const TokenType type = tokenizer.type(id);
  return type == TokenType::kNormal || type == TokenType::kUserDefined || type == TokenType::kByte;
}

}  // namespace

std::vector<TokenId> keep_prefix(std::span<const TokenId> kept, std::span<const TokenId> fresh,
                                 const Tokenizer& tokenizer) {
  size_t from_kept = 0, from_fresh = 0;  // the last common cut
  size_t i = 0, j = 0;
  std::string_view a, b;  // what is left of the ids in front of i and j
  for (bool equal = true; equal;) {
    if (a.empty() && b.empty()) {
      from_kept = i;
      from_fresh = j;
    }
    if ((a.empty() && i == kept.size()) || (b.empty() && j == fresh.size())) break;
    if (a.empty() && b.empty() && kept[i] == fresh[j]) {
      ++i;
      ++j;
      continue;
    }
    if (a.empty()) {
      if (!is_text(tokenizer, kept[i])) break;
      a = tokenizer.piece(kept[i++]);
    }
    if (b.empty()) {
      if (!is_text(tokenizer, fresh[j])) break;
      b = tokenizer.piece(fresh[j++]);
    }
    const size_t common = std::min(a.size(), b.size());
    equal = a.substr(0, common) == b.substr(0, common);
    a.remove_prefix(common);
    b.remove_prefix(common);
  }
  std::vector<TokenId> ids(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(from_kept));
  ids.insert(ids.end(), fresh.begin() + static_cast<std::ptrdiff_t>(from_fresh), fresh.end());
  return ids;
}

}  // namespace realm
