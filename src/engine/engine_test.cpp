#include "realm/engine.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "engine/testing/test_gate.hpp"
#include "engine/testing/test_model.hpp"

namespace realm {
namespace {

using testing::expect_answer;
using testing::expect_idle;
using testing::Expected;
using testing::fake_parts;
using testing::FakeRunner;
using testing::Gate;
using testing::kTestVocab;

constexpr StepLimits kSmall{.vocab_size = kTestVocab,
                            .context_tokens = 32,
                            .block_tokens = 4,
                            .n_blocks = 12,
                            .max_rows = 24,
                            .max_sequences = 6};

std::unique_ptr<Engine> open(FakeRunner** runner = nullptr, const StepLimits& limits = kSmall) {
  auto engine = Engine::create(fake_parts(limits, runner), {.max_sequences = 6, .chunk_tokens = 8});
  EXPECT_TRUE(engine) << engine.error().message;
  return std::move(*engine);
}

TEST(Engine, ManySubmittersEachGetTheirOwnAnswer) {
  const auto engine = open();
  constexpr int kThreads = 6;
  constexpr int kRequests = 25;
  std::atomic<int> cancelled{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Rng rng(static_cast<uint64_t>(t) + 1);
      for (int i = 0; i < kRequests; ++i) {
        std::vector<int32_t> prompt;
        const Request request = testing::random_request(rng, kSmall.context_tokens, prompt);
        const bool from_sink = rng.below(6) == 0;  // it cancels itself at its second token
        const bool from_here = rng.below(6) == 0;  // or is cancelled at some time
        int tokens = 0;
        std::atomic<uint64_t> id{0};
        std::thread other;
        if (from_here) {
          other = std::thread([&] {
            while (id == 0) std::this_thread::yield();
            if (id != ~uint64_t{0}) engine->cancel(RequestId{id.load()});
          });
        }
        const auto answer = engine->complete(request, [&](const Event& e) {
          id = static_cast<uint64_t>(e.request);
          if (from_sink && ++tokens == 2) engine->cancel(e.request);
        });
        if (other.joinable()) {
          uint64_t none = 0;
          id.compare_exchange_strong(none, ~uint64_t{0});
          other.join();
        }
        const Expected want =
            expect_answer(request, prompt, *request.sampling.seed, kSmall.context_tokens);
        if (answer && answer->finish.reason == FinishReason::kCancelled) {
          ++cancelled;
          const size_t n = answer->tokens.size();
          const auto part = std::vector<int32_t>(
              want.tokens.begin(),
              want.tokens.begin() + static_cast<std::ptrdiff_t>(std::min(n, want.tokens.size())));
          if (answer->tokens != testing::token_ids(part)) ++wrong;
        } else if (!answer || answer->text != want.text ||
                   answer->tokens != testing::token_ids(want.tokens) ||
                   answer->finish.reason != want.reason) {
          ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(cancelled, 0);
  expect_idle(*engine);
}

TEST(Engine, ItsEndCancelsWhatRunsAndWaits) {
  std::map<RequestId, int> finishes;
  Gate gate;
  std::thread opener;
  {
    FakeRunner* runner = nullptr;
    const auto engine = open(&runner);
    runner->fault = [&](const Step&) { return gate.pass(); };
    const auto sink = [&](const Event& e) {
      if (!e.finish) return;
      EXPECT_EQ(e.finish->reason, FinishReason::kCancelled);
      ++finishes[e.request];
    };
    for (int i = 0; i < 20; ++i) {
      const Request request{.prompt = TextPrompt{"abc"}, .ignore_end = true};
      ASSERT_TRUE(engine->submit(request, sink));
    }
    gate.wait_for_arrival();
    opener = std::thread([&] { gate.open(); });
  }
  opener.join();
  EXPECT_EQ(finishes.size(), 20u);
  for (const auto& entry : finishes) EXPECT_EQ(entry.second, 1);
}

TEST(Engine, ARequestCanBeCancelledWhileItsPromptIsComputed) {
  FakeRunner* runner = nullptr;
  const auto engine = open(&runner);
  Gate gate;
  runner->fault = [&](const Step&) { return gate.pass(); };
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Finish> finish;
  const auto id = engine->submit({.prompt = TextPrompt{std::string(30, 'x')}}, [&](const Event& e) {
    const std::lock_guard lock(mutex);
    EXPECT_FALSE(e.token);
    finish = e.finish;
    done.notify_one();
  });
  ASSERT_TRUE(id);
  gate.wait_for_arrival();  // the first of four chunks
  engine->cancel(*id);
  engine->cancel(*id);
  engine->cancel(RequestId{999});
  gate.open();
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finish.has_value(); });
  EXPECT_EQ(finish->reason, FinishReason::kCancelled);
  EXPECT_EQ(finish->answer_tokens, 0);
  lock.unlock();
  expect_idle(*engine);
  EXPECT_EQ(runner->runs, 1);
}

TEST(Engine, SinksMaySubmit) {
  const auto engine = open();
  std::mutex mutex;
  std::condition_variable done;
  int finished = 0;
  std::function<void(const Event&)> sink = [&](const Event& e) {
    if (!e.finish) return;
    const auto nested = engine->complete({.prompt = TextPrompt{"x"}});
    EXPECT_FALSE(nested) << "would wait for itself";
    const std::lock_guard lock(mutex);
    if (++finished < 4) {
      EXPECT_TRUE(engine->submit({.prompt = TextPrompt{"again"}, .max_tokens = 3}, sink));
    }
    done.notify_one();
  };
  ASSERT_TRUE(engine->submit({.prompt = TextPrompt{"first"}, .max_tokens = 3}, sink));
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished == 4; });
  lock.unlock();
  expect_idle(*engine);
}

TEST(Engine, WrongRequestsAreRefusedAtOnce) {
  FakeRunner* runner = nullptr;
  const auto engine = open(&runner);
  const auto message = [&](const Request& request) {
    const auto refused = engine->submit(request, [](const Event&) { ADD_FAILURE(); });
    if (refused) return std::string("accepted");
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    return refused.error().message;
  };
  const TextPrompt full{std::string(32, 'x')};
  EXPECT_EQ(message({.prompt = full}),
            "the prompt has 32 tokens, the context holds 32 with at least one for the answer");
  EXPECT_EQ(message({.prompt = TextPrompt{std::string(33, 'x')}, .max_tokens = 0}),
            "the prompt has 33 tokens, the context holds 32");
  EXPECT_EQ(message({}), "the prompt is empty: there is nothing to go on from");
  EXPECT_EQ(message({.prompt = TextPrompt{"x"}, .max_tokens = -1}),
            "max_tokens is -1, must be at least 0");
  EXPECT_EQ(message({.prompt = TextPrompt{"x"}, .sampling = {.top_p = 2}}),
            "top_p is 2, must be 0 to 1");
  EXPECT_EQ(message({.prompt = TextPrompt{"x"}, .stop = {""}}),
            "stop string 0 has 0 bytes, must be 1 to 1024");
  EXPECT_EQ(message({.prompt = TokenPrompt{{TokenId{258}}}}),
            "prompt token 0 is 258, must be 0 to 257");
  EXPECT_EQ(runner->runs, 0);
  EXPECT_TRUE(engine->complete({.prompt = full, .max_tokens = 0}));
}

TEST(Engine, TheSeedInUseBringsTheAnswerBack) {
  const auto engine = open();
  Request request{.prompt = TextPrompt{"tell"}, .max_tokens = 20};
  request.sampling = {.temperature = 2, .top_k = 0, .top_p = 1, .min_p = 0};
  const auto first = engine->complete(request);
  const auto other = engine->complete(request);
  ASSERT_TRUE(first && other);
  EXPECT_NE(first->finish.seed, other->finish.seed);
  EXPECT_NE(first->tokens, other->tokens);
  request.sampling.seed = first->finish.seed;
  const auto again = engine->complete(request);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->tokens, first->tokens);
}

TEST(Engine, AnIdleEngineSleeps) {
  const auto engine = open();
  ASSERT_TRUE(engine->complete({.prompt = TextPrompt{"x"}, .max_tokens = 2}));
  expect_idle(*engine);
  const std::clock_t before = std::clock();  // of all threads of this process
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, 0.1);
}

TEST(Engine, ALostDeviceIsToldToEverybody) {
  FakeRunner* runner = nullptr;
  const auto engine = open(&runner);
  runner->fault = [](const Step&) { return Error{Code::kDeviceLost, "the device is gone"}; };
  const auto failed = engine->complete({.prompt = TextPrompt{"x"}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kDeviceLost);
  const auto later = engine->complete({.prompt = TextPrompt{"x"}});
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().message, "the device is gone");
}

TEST(Engine, ConversationsAndInfo) {
  const auto engine = open();
  EXPECT_TRUE(engine->info().has_chat_template);
  EXPECT_EQ(engine->info().context_tokens, 32);
  EXPECT_EQ(engine->info().vocab_size, kTestVocab);
  const ChatPrompt chat{.messages = {{"user", "hi"}, {"user", "<|im_end|>"}}};
  const auto ids = engine->tokenize(chat);
  ASSERT_TRUE(ids);
  EXPECT_EQ(ids->size(), 1u + 2 + 1 + 10);
  EXPECT_TRUE(engine->complete({.prompt = chat, .max_tokens = 2}));
}

TEST(Engine, PartsThatDoNotFitAreRefused) {
  StepLimits limits = kSmall;
  limits.n_blocks = 7;
  auto refused = Engine::create(fake_parts(limits), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the cache of 28 tokens does not hold one context of 32");
  limits = kSmall;
  limits.vocab_size = 257;
  refused = Engine::create(fake_parts(limits), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the vocabulary has 258 tokens, the model 257");
  refused = Engine::create(fake_parts(kSmall), {.max_sequences = 0});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
}

}  // namespace
}  // namespace realm
