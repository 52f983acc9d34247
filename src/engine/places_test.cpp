#include "engine/places.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/testing/test_gate.hpp"
#include "engine/testing/test_model.hpp"
#include "realm/engine.hpp"

namespace realm {
namespace {

using testing::expect_idle;
using testing::fake_parts;
using testing::FakeRunner;
using testing::Gate;

constexpr StepLimits kSmall{.vocab_size = testing::kTestVocab,
                            .context_tokens = 32,
                            .block_tokens = 4,
                            .n_blocks = 32,
                            .max_rows = 24,
                            .max_sequences = 4};

std::unique_ptr<Engine> open(int32_t sequences, int32_t waiting, FakeRunner** runner = nullptr) {
  auto engine =
      Engine::create(fake_parts(kSmall, runner),
                     {.max_sequences = sequences, .max_waiting = waiting, .chunk_tokens = 8});
  EXPECT_TRUE(engine) << engine.error().message;
  return std::move(*engine);
}

Request small() { return {.prompt = TextPrompt{"x"}, .max_tokens = 2, .ignore_end = true}; }

TEST(Places, AreTakenAndLeft) {
  Places places(2);
  auto one = places.take();
  auto two = places.take();
  ASSERT_TRUE(one && two);
  EXPECT_FALSE(places.take());
  EXPECT_EQ(places.refused(), 1u);
  Places::Place moved = *std::move(one);
  one.reset();  // holds nothing any more
  EXPECT_FALSE(places.take());
  moved = *std::move(two);  // leaves one
  auto three = places.take();
  EXPECT_TRUE(three);
  EXPECT_FALSE(places.take());
  moved = {};
  three.reset();
  two.reset();
  auto again = places.take();
  EXPECT_TRUE(again);
  EXPECT_TRUE(places.take());
  EXPECT_EQ(places.refused(), 3u);
}

TEST(Places, WhatIsMoreThanMayWaitIsRefused) {
  FakeRunner* runner = nullptr;
  std::atomic<int> finished{0};
  Gate gate;
  const auto engine = open(2, 3, &runner);
  runner->fault = [&](const Step&) { return gate.pass(); };
  const auto sink = [&](const Event& e) {
    if (!e.finish) return;
    EXPECT_EQ(e.finish->reason, FinishReason::kLength);
    ++finished;
  };
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(engine->submit(small(), sink));
  const auto never = [](const Event&) { ADD_FAILURE() << "it was refused"; };
  for (int i = 0; i < 2; ++i) {
    const auto refused = engine->submit(small(), never);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kBusy);
    EXPECT_EQ(refused.error().message,
              "the engine has 5 requests to answer, which is as many as it takes");
  }
  EXPECT_EQ(engine->stats().refused, 2u);
  gate.open();
  expect_idle(*engine);
  EXPECT_EQ(finished, 5);
  EXPECT_TRUE(engine->complete(small()));
}

TEST(Places, AreFreeWhenTheFinishIsTold) {
  const auto engine = open(1, 0);
  std::mutex mutex;
  std::condition_variable done;
  int finished = 0;
  const std::function<void(const Event&)> sink = [&](const Event& e) {
    if (!e.finish) return;
    const std::lock_guard lock(mutex);
    if (++finished < 50) {
      EXPECT_TRUE(engine->submit(small(), sink));
    }
    done.notify_one();
  };
  ASSERT_TRUE(engine->submit(small(), sink));
  std::unique_lock lock(mutex);
  done.wait(lock, [&] { return finished == 50; });
  lock.unlock();
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(engine->complete(small()));
  EXPECT_EQ(engine->stats().refused, 0u);
}

TEST(Places, NobodyKeepsOne) {
  FakeRunner* runner = nullptr;
  const auto engine = open(1, 1, &runner);
  const auto wrong = engine->submit({}, {});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::kInvalidArgument);
  Gate gate;
  runner->fault = [&](const Step&) { return gate.pass(); };
  const auto throws = [](const Event&) { throw std::runtime_error("a sink"); };
  ASSERT_TRUE(engine->submit(small(), throws));
  const auto id = engine->submit(small(), {});
  ASSERT_TRUE(id);
  EXPECT_FALSE(engine->submit(small(), {}));
  engine->cancel(*id);
  gate.open();
  expect_idle(*engine);
  runner->fault = [](const Step&) { return Error{Code::kInternal, "no such step"}; };
  EXPECT_FALSE(engine->complete(small()));
  expect_idle(*engine);
  Gate second;
  runner->fault = [&](const Step&) { return second.pass(); };
  EXPECT_TRUE(engine->submit(small(), {}));
  EXPECT_TRUE(engine->submit(small(), {}));
  EXPECT_FALSE(engine->submit(small(), {}));
  second.open();
}

TEST(Places, HoldUnderManySubmitters) {
  constexpr int kThreads = 6;
  constexpr int kRequests = 40;
  const auto engine = open(2, 1);
  std::atomic<uint64_t> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int answered = 0; answered < kRequests;) {
        const auto answer = engine->complete(small());
        if (answer) {
          ++answered;
          continue;
        }
        ASSERT_EQ(answer.error().code, Code::kBusy);
        ++refused;
        std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine->stats().refused, refused);
  expect_idle(*engine);
}

TEST(Places, TheirNumberIsChecked) {
  for (const int32_t waiting : {-1, (1 << 20) + 1}) {
    const auto refused = Engine::create(fake_parts(kSmall), {.max_waiting = waiting});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  }
}

}  // namespace
}  // namespace realm
