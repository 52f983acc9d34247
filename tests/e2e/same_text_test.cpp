// Same seed, same text: the demo model answers the same alone, among others, with any number of
// threads, after losing its pages, and with a prompt that was found in the cache.
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "realm/engine.hpp"
#include "support/demo_model.hpp"

namespace realm {
namespace {

using testing::demo_model;

constexpr size_t kRequests = 8;
constexpr int32_t kTokens = 40;

// Prompts of different lengths, the longest over several chunks; sampled and greedy ones.
Request request_of(size_t i) {
  const char* const questions[] = {
      "Name the capital of France.", "Count to five.",     "Write a poem on rain.",
      "What is a prime number?",     "Tell me a story.",   "Explain gravity.",
      "Who wrote Hamlet?",           "List three colours."};
  std::string text;
  for (size_t n = 0; n <= 3 * i; ++n) text += questions[(i + n) % kRequests] + std::string(" ");
  Request request{.prompt = ChatPrompt{.messages = {{"user", text}}}, .max_tokens = kTokens};
  request.sampling.temperature = i % 3 == 0 ? 0.0f : 1.0f;
  request.sampling.repeat_penalty = i % 2 == 0 ? 1.0f : 1.1f;
  request.sampling.seed = 1000 + i;
  request.ignore_end = true;  // long enough to differ
  return request;
}

EngineOptions options_of(int threads, int32_t max_sequences) {
  return {.device = "cpu",
          .threads = threads,
          .context_tokens = 512,
          .max_sequences = max_sequences,
          .chunk_tokens = 64};
}

struct Told {
  std::vector<std::string> texts = std::vector<std::string>(kRequests);
  std::vector<std::vector<TokenId>> tokens = std::vector<std::vector<TokenId>>(kRequests);
  std::vector<Finish> finishes = std::vector<Finish>(kRequests);
};

// All requests at once.
Told together(Engine& engine) {
  Told told;
  std::mutex mutex;
  std::condition_variable done;
  size_t finished = 0;
  for (size_t i = 0; i < kRequests; ++i) {
    const auto id = engine.submit(request_of(i), [&, i](const Event& e) {
      const std::lock_guard lock(mutex);
      told.texts[i] += e.text;
      if (e.token) told.tokens[i].push_back(*e.token);
      if (!e.finish) return;
      told.finishes[i] = *e.finish;
      ++finished;
      done.notify_one();
    });
    EXPECT_TRUE(id) << id.error().message;
  }
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished == kRequests; });
  return told;
}

void complete_into(Told& told, Engine& engine, size_t i) {
  const auto answer = engine.complete(request_of(i));
  ASSERT_TRUE(answer) << answer.error().message;
  told.texts[i] = answer->text;
  told.tokens[i] = answer->tokens;
  told.finishes[i] = answer->finish;
}

void expect_same(const Told& got, const Told& want) {
  for (size_t i = 0; i < kRequests; ++i) {
    SCOPED_TRACE("request " + std::to_string(i));
    ASSERT_FALSE(got.finishes[i].error) << got.finishes[i].error->message;
    EXPECT_EQ(got.tokens[i].size(), static_cast<size_t>(kTokens));
    EXPECT_EQ(got.texts[i], want.texts[i]);
    EXPECT_TRUE(got.tokens[i] == want.tokens[i]);
  }
}

class SameText : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!demo_model()) return;
    const auto engine = open(options_of(2, 1));
    if (engine == nullptr) return;
    alone_ = std::make_unique<Told>();
    for (size_t i = 0; i < kRequests; ++i) complete_into(*alone_, *engine, i);
  }
  static void TearDownTestSuite() { alone_.reset(); }
  void SetUp() override {
    if (!demo_model()) GTEST_SKIP() << "no demo model: scripts/fetch_model.sh fetches it";
    ASSERT_NE(alone_, nullptr);
  }
  static std::unique_ptr<Engine> open(const EngineOptions& options) {
    auto engine = Engine::open(*demo_model(), options);
    if (engine) return std::move(*engine);
    ADD_FAILURE() << engine.error().message;
    return nullptr;
  }
  static std::unique_ptr<Told> alone_;  // two threads, one request after the other
};
std::unique_ptr<Told> SameText::alone_;

TEST_F(SameText, AmongOthersAndWithAnyNumberOfThreads) {
  for (const int threads : {1, 2, 3}) {
    SCOPED_TRACE(std::to_string(threads) + " threads");
    const auto engine = open(options_of(threads, kRequests));
    ASSERT_NE(engine, nullptr);
    expect_same(together(*engine), *alone_);
    EXPECT_EQ(engine->stats().preemptions, 0u);
  }
}

// Four pages; two short prompts begin with one each and grow to three.
TEST_F(SameText, AfterLosingItsPages) {
  EngineOptions options = options_of(2, 2);
  options.context_tokens = options.cache_tokens = 256;
  const auto engine = open(options);
  ASSERT_NE(engine, nullptr);
  Request request = request_of(0);
  request.max_tokens = 150;
  const auto want = engine->complete(request);
  ASSERT_TRUE(want) << want.error().message;
  EXPECT_EQ(engine->stats().preemptions, 0u);

  std::mutex mutex;
  std::condition_variable done;
  std::string texts[2];
  int finished = 0;
  for (std::string& text : texts) {
    const auto id = engine->submit(request, [&](const Event& e) {
      const std::lock_guard lock(mutex);
      text += e.text;
      if (!e.finish) return;
      ++finished;
      done.notify_one();
    });
    ASSERT_TRUE(id) << id.error().message;
    request.sampling.repeat_penalty = 1.1f;  // the second one goes another way
  }
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished == 2; });
  lock.unlock();
  EXPECT_GT(engine->stats().preemptions, 0u);
  EXPECT_EQ(texts[0], want->text);
  const auto second = engine->complete(request);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_NE(second->text, want->text);
  EXPECT_EQ(texts[1], second->text);
}

TEST_F(SameText, WithAPromptFoundInTheCache) {
  const auto engine = open(options_of(2, kRequests));
  ASSERT_NE(engine, nullptr);
  const Told first = together(*engine);
  const Told second = together(*engine);
  expect_same(second, *alone_);
  int32_t cached = 0;
  for (const Finish& f : second.finishes) cached += f.cached_tokens;
  EXPECT_GT(cached, 256);
}

TEST_F(SameText, DifferentSeedsDiffer) {
  const auto engine = open(options_of(2, 1));
  ASSERT_NE(engine, nullptr);
  Request request = request_of(1);
  request.sampling.seed = 77;
  const auto answer = engine->complete(request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_NE(answer->text, alone_->texts[1]);
}

}  // namespace
}  // namespace realm
