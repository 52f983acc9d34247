#include "cli/measure/window_score.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/engine_parts.hpp"
#include "engine/testing/fake_runner.hpp"
#include "text/small_vocab.hpp"

namespace realm::cli {
namespace {

using testing::FakeRunner;

constexpr int32_t kVocab = 260;

std::unique_ptr<Session> session_of(int32_t context) {
  const StepLimits limits{.vocab_size = kVocab,
                          .context_tokens = context,
                          .block_tokens = 4,
                          .n_blocks = (context + 3) / 4,
                          .max_rows = 64,
                          .max_sequences = 1};
  Tokenizer tokenizer = testing::byte_bpe("gpt-2").build();
  EngineParts parts{.tokenizer = std::move(tokenizer)};
  parts.runner = std::make_unique<FakeRunner>(limits);
  auto session = Session::create(std::move(parts), {.max_sequences = 1, .chunk_tokens = 16});
  EXPECT_TRUE(session) << session.error().message;
  return std::move(*session);
}

// The definition, word by word: tokens n/2 + 1 .. n - 1, each given all before it.
double by_definition(const std::vector<int32_t>& window) {
  double nll = 0;
  for (size_t i = window.size() / 2 + 1; i < window.size(); ++i) {
    std::vector<float> logits(kVocab);
    FakeRunner::write_logits(FakeRunner::chain_of(std::span(window).first(i)), logits);
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
    nll += std::log(sum) - static_cast<double>(logits[static_cast<size_t>(window[i])]);
  }
  return nll;
}

// Windows shorter and longer than the rows that are scored at once, odd and even, one after another
// on the same session.
TEST(WindowScorer, EqualsTheDefinition) {
  const auto session = session_of(600);
  WindowScorer scorer(*session, 2);
  uint64_t state = 1;
  for (const size_t n : {4u, 5u, 31u, 64u, 257u, 258u, 259u, 512u, 600u, 7u}) {
    std::vector<int32_t> window;
    std::vector<TokenId> ids;
    for (size_t i = 0; i < n; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      window.push_back(static_cast<int32_t>((state >> 33) % kVocab));
      ids.push_back(TokenId{window.back()});
    }
    const auto nll = scorer.nll_of_second_half(ids);
    ASSERT_TRUE(nll) << nll.error().message;
    EXPECT_NEAR(*nll, by_definition(window), 1e-4) << n << " tokens";
  }
}

}  // namespace
}  // namespace realm::cli
