#include "cli/flags/closest.hpp"

#include <algorithm>
#include <numeric>

namespace realm::cli {
namespace {

// Levenshtein's distance: letters to insert, drop or change.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

// Without the dashes of a flag, which say nothing.
std::string_view bare(std::string_view word) {
  return word.substr(std::min(word.find_first_not_of('-'), word.size()));
}

}  // namespace

std::string closest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  size_t best_distance = 3;
  for (const std::string& candidate : known) {
    // A beginning counts from three letters on: "--t" would fit half of the flags.
    if (word.size() > 3 && candidate.starts_with(word)) return candidate;
    const std::string_view name = bare(candidate);
    const size_t away = distance(bare(word), name);
    // Two changes turn any short word into any other.
    const size_t most = name.size() >= 5 ? 2 : name.size() >= 3 ? 1 : 0;
    if (away <= most && away < best_distance) {
      best = candidate;
      best_distance = away;
    }
  }
  return best;
}

}  // namespace realm::cli
