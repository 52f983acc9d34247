// What the engine's tests share: a model that is no model, and what it says when it is alone.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/answer_text.hpp"
#include "engine/engine_parts.hpp"
#include "engine/sampler.hpp"
#include "engine/testing/fake_runner.hpp"
#include "engine/testing/test_rng.hpp"
#include "realm/engine.hpp"
#include "text/small_vocab.hpp"

namespace realm::testing {

// 256 bytes, then <|im_start|>, then <|im_end|>, which ends answers.
constexpr int32_t kTestVocab = 258;
inline Tokenizer test_tokenizer() {
  auto b = byte_bpe("gpt-2");
  b.add("<|im_start|>", TokenType::kControl);
  b.data.eos = b.add("<|im_end|>", TokenType::kControl);
  return b.build();
}

inline EngineParts fake_parts(const StepLimits& limits, FakeRunner** runner = nullptr) {
  Tokenizer tokenizer = test_tokenizer();
  EngineParts parts{.tokenizer = std::move(tokenizer)};
  parts.chat_template = ChatTemplate::parse(
      "{% for m in messages %}<|im_start|>{{ m.content }}{% endfor %}", "", "<|im_end|>");
  auto fake = std::make_unique<FakeRunner>(limits);
  if (runner != nullptr) *runner = fake.get();
  parts.runner = std::move(fake);
  return parts;
}

inline std::vector<TokenId> token_ids(const std::vector<int32_t>& numbers) {
  std::vector<TokenId> ids;
  for (const int32_t n : numbers) ids.push_back(TokenId{n});
  return ids;
}

struct Expected {
  std::vector<int32_t> tokens;  // of the answer
  std::string text;
  FinishReason reason = FinishReason::kLength;
};

/// The answer by definition: token by token, no pages, no batches. `prompt` are the request's ids.
inline Expected expect_answer(const Request& request, const std::vector<int32_t>& prompt,
                              uint64_t seed, int32_t context) {
  const Tokenizer tokenizer = test_tokenizer();
  Sampler sampler(request.sampling, seed);
  AnswerText text(tokenizer, {.at_start = false}, request.stop);
  Expected expected;
  std::vector<int32_t> all = prompt;
  const auto room = context - static_cast<int32_t>(prompt.size());
  const int32_t most = std::min(room, request.max_tokens.value_or(room));
  while (static_cast<int32_t>(expected.tokens.size()) < most) {
    std::vector<float> logits(kTestVocab);
    FakeRunner::write_logits(FakeRunner::chain_of(all), logits);
    const int32_t token = *sampler.sample(logits, all);
    all.push_back(token);
    expected.tokens.push_back(token);
    if (!request.ignore_end && tokenizer.is_end_of_generation(TokenId{token})) {
      expected.reason = FinishReason::kStopToken;
      break;
    }
    expected.text += text.feed(TokenId{token});
    if (text.stop() != nullptr) {
      expected.reason = FinishReason::kStopString;
      break;
    }
  }
  expected.text += text.flush();
  if (text.stop() != nullptr) expected.reason = FinishReason::kStopString;
  return expected;
}

/// A request with a random prompt and random options. `prompt` gets its ids.
inline Request random_request(Rng& rng, int32_t context, std::vector<int32_t>& prompt) {
  const auto below = [&](int64_t n) { return static_cast<int32_t>(rng.below(n)); };
  prompt.assign(static_cast<size_t>(1 + below(context - 1)), 0);
  const int32_t kind = below(4);  // many prompts begin alike
  for (int32_t& token : prompt) token = kind < 3 ? 65 + kind : below(kTestVocab);
  Request request{.prompt = TokenPrompt{token_ids(prompt)}};
  request.sampling.temperature = kind == 0 ? 0 : 1;
  request.sampling.top_k = below(2) * 5;
  request.sampling.repeat_penalty = below(2) == 0 ? 1 : 1.2f;
  request.sampling.seed = rng.next();
  if (below(3) > 0) request.max_tokens = below(context);
  if (below(3) == 0) request.stop = {std::string(1, static_cast<char>(65 + below(26)))};
  request.ignore_end = below(4) == 0;
  return request;
}

}  // namespace realm::testing
