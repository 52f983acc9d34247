#include "cli/measure/window_score.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace realm::cli {
namespace {

// Rows of logits held at a time: 25 MB for a vocabulary of 49,152.
constexpr size_t kRows = 128;

}  // namespace

double token_nll(std::span<const float> logits, TokenId token) {
  const float most = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += static_cast<double>(std::exp(logit - most));
  return std::log(sum) - static_cast<double>(logits[static_cast<size_t>(index(token))] - most);
}

WindowScorer::WindowScorer(Session& session, int threads)
    : session_(session),
      pool_(threads > 0 ? threads : usable_threads()),
      vocab_(static_cast<size_t>(session.info().vocab_size)) {
  logits_.resize(kRows * vocab_);
}

Result<double> WindowScorer::nll_of_second_half(std::span<const TokenId> window) {
  session_.truncate(0, 0);
  const size_t first = window.size() / 2;  // its logits foresee the first token that is scored
  const Feed head{.sequence = 0, .tokens = window.first(first), .logits = 0};
  REALM_TRY(session_.forward({&head, 1}, {}));
  double total = 0;
  for (size_t at = first; at + 1 < window.size();) {
    const size_t count = std::min(kRows, window.size() - 1 - at);
    const Feed feed{
        .sequence = 0, .tokens = window.subspan(at, count), .logits = static_cast<int32_t>(count)};
    REALM_TRY(session_.forward({&feed, 1}, std::span(logits_).first(count * vocab_)));
    nll_.resize(count);
    pool_.for_each(static_cast<int64_t>(count), [&](int64_t row, int) {
      const auto r = static_cast<size_t>(row);
      nll_[r] = token_nll(std::span(logits_).subspan(r * vocab_, vocab_), window[at + r + 1]);
    });
    total = std::accumulate(nll_.begin(), nll_.end(), total);
    at += count;
  }
  return total;
}

}  // namespace realm::cli
