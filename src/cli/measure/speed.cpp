#include "cli/measure/speed.hpp"

#include <algorithm>
#include <random>

#include "base/str.hpp"
#include "cli/measure/clock.hpp"

namespace realm::cli {
namespace {

class Bench {
 public:
  Bench(Session& session, const BenchLoad& load)
      : session_(session),
        load_(load),
        any_(0, session.info().vocab_size - 1),
        logits_(static_cast<size_t>(session.info().vocab_size) *
                static_cast<size_t>(load.most_sequences())) {}

  /// Fills the sequences in use with `depth` tokens each; kept between repetitions.
  Result<void> prepare(int32_t depth, int32_t sequences) {
    for (int32_t s = 0; s < sequences; ++s) {
      session_.truncate(s, depth);
      if (session_.length(s) == depth) continue;
      const std::vector<TokenId> tokens = random_tokens(depth - session_.length(s));
      const Feed feed{.sequence = s, .tokens = tokens, .logits = 0};
      REALM_TRY(session_.forward({&feed, 1}, {}));
    }
    return {};
  }

  /// One prompt, with the logits of its last token.
  Result<double> prompt(int32_t depth) {
    REALM_TRY(prepare(depth, 1));
    const std::vector<TokenId> tokens = random_tokens(load_.prompt);
    const Clock clock;
    const Feed feed{.sequence = 0, .tokens = tokens, .logits = 1};
    REALM_TRY(session_.forward({&feed, 1}, logits_));
    return clock.seconds();
  }

  /// `steps` steps of one token for each sequence.
  Result<double> decode(int32_t depth, int32_t sequences, int32_t steps) {
    REALM_TRY(prepare(depth, sequences));
    const auto n = static_cast<size_t>(sequences);
    const std::vector<TokenId> tokens = random_tokens(steps * sequences);
    std::vector<Feed> feeds(n);
    const Clock clock;
    for (size_t step = 0; step < static_cast<size_t>(steps); ++step) {
      for (size_t s = 0; s < n; ++s) {
        feeds[s] = {.sequence = static_cast<int32_t>(s),
                    .tokens = std::span(tokens).subspan(step * n + s, 1),
                    .logits = 1};
      }
      REALM_TRY(session_.forward(feeds, logits_));
    }
    return clock.seconds();
  }

 private:
  std::vector<TokenId> random_tokens(int32_t count) {
    std::vector<TokenId> tokens(static_cast<size_t>(count));
    for (TokenId& token : tokens) token = TokenId{any_(random_)};
    return tokens;
  }

  Session& session_;
  const BenchLoad& load_;
  std::mt19937 random_{20261124};  // fixed: every build measures the same tokens
  std::uniform_int_distribution<int32_t> any_;
  std::vector<float> logits_;
};

}  // namespace

int32_t BenchLoad::context_tokens() const {
  const int64_t deepest = *std::max_element(depths.begin(), depths.end());
  return static_cast<int32_t>(
      std::clamp<int64_t>(deepest + std::max(prompt, decode), 2, INT32_MAX));
}

int32_t BenchLoad::most_sequences() const {
  return *std::max_element(sequences.begin(), sequences.end());
}

std::vector<double> Measurement::tokens_per_second() const {
  std::vector<double> rates;
  for (const double s : seconds) {
    rates.push_back(static_cast<double>(tokens) * sequences / std::max(s, 1e-9));
  }
  std::sort(rates.begin(), rates.end());
  return rates;
}

double Measurement::median() const {
  const std::vector<double> rates = tokens_per_second();
  const size_t half = rates.size() / 2;
  return rates.size() % 2 == 1 ? rates[half] : (rates[half - 1] + rates[half]) / 2;
}

Result<std::vector<Measurement>> measure(Session& session, const BenchLoad& load,
                                         Console& console) {
  Bench bench(session, load);
  std::vector<int32_t> depths = load.depths;
  std::sort(depths.begin(), depths.end());
  std::vector<Measurement> all;
  for (const int32_t depth : depths) {
    std::vector<Measurement> here;
    if (load.prompt > 0) here.push_back({"prompt", load.prompt, depth, 1, {}});
    for (const int32_t sequences : load.sequences) {
      if (load.decode > 0) here.push_back({"decode", load.decode, depth, sequences, {}});
    }
    for (int32_t r = -1; r < load.repetitions; ++r) {  // -1: warm-up
      console.progress(
          str(depth > 0 ? str("depth ", depth, ", ") : "",
              r < 0 ? "warm-up" : str("repetition ", r + 1, " of ", load.repetitions)));
      for (Measurement& m : here) {
        constexpr int32_t kWarmUp = 8;  // steps of decoding: caches and threads are awake by then
        const int32_t steps = r < 0 ? std::min(kWarmUp, m.tokens) : m.tokens;
        REALM_ASSIGN(const double seconds, m.kind == "prompt"
                                               ? bench.prompt(depth)
                                               : bench.decode(depth, m.sequences, steps));
        if (r >= 0) m.seconds.push_back(seconds);
      }
    }
    for (Measurement& m : here) all.push_back(std::move(m));
  }
  console.progress_end();
  return all;
}

}  // namespace realm::cli
