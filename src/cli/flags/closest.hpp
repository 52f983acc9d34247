// The word that a mistyped one was probably meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace realm::cli {

/// The one of `known` that begins with `word` or is at most two typing errors away from it; empty
/// when none is.
std::string closest(std::string_view word, const std::vector<std::string>& known);

}  // namespace realm::cli
