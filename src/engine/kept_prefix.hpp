// The ids of a conversation that goes on. What a model wrote need not be cut as the tokenizer would
// cut the same text, so encoding the whole conversation anew can give other ids for it, which no
// cache knows.
#pragma once

#include <span>
#include <vector>

#include "realm/tokenizer.hpp"

namespace realm {

/// `fresh` with the begin of `kept` in place of as many ids as spell the same: the text and the
/// control tokens stay, the cuts are those of `kept` up to the last place where both have one.
std::vector<TokenId> keep_prefix(std::span<const TokenId> kept, std::span<const TokenId> fresh,
                                 const Tokenizer& tokenizer);

}  // namespace realm
