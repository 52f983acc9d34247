#include "realm/session.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "engine/engine_parts.hpp"
#include "engine/testing/fake_runner.hpp"
#include "engine/testing/test_rng.hpp"
#include "text/small_vocab.hpp"

namespace realm {
namespace {

using testing::FakeRunner;

constexpr int32_t kVocab = 260;
constexpr StepLimits kLimits{.vocab_size = kVocab,
                             .context_tokens = 40,
                             .block_tokens = 4,
                             .n_blocks = 24,
                             .max_rows = 12,
                             .max_sequences = 3};

struct Opened {
  std::unique_ptr<Session> session;
  FakeRunner* runner = nullptr;
};

Opened open(const EngineOptions& options) {
  Tokenizer tokenizer = testing::byte_bpe("gpt-2").build();
  EngineParts parts{.tokenizer = std::move(tokenizer)};
  auto runner = std::make_unique<FakeRunner>(kLimits);
  FakeRunner* const raw_runner = runner.get();
  parts.runner = std::move(runner);
  auto session = Session::create(std::move(parts), options);
  EXPECT_TRUE(session) << session.error().message;
  return {std::move(*session), raw_runner};
}

std::vector<TokenId> ids_of(const std::vector<int32_t>& tokens) {
  std::vector<TokenId> ids;
  for (const int32_t t : tokens) ids.push_back(TokenId{t});
  return ids;
}

std::vector<float> row_of(std::span<const int32_t> tokens) {
  std::vector<float> row(kVocab);
  FakeRunner::write_logits(FakeRunner::chain_of(tokens), row);
  return row;
}

TEST(Session, LogitsDependOnTheSequenceAlone) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Rng rng(seed);
    const auto below = [&](size_t n) {
      return static_cast<size_t>(rng.below(static_cast<int64_t>(n)));
    };
    const Opened o = open({.max_sequences = 3, .chunk_tokens = 1 + static_cast<int>(below(16))});
    std::vector<std::vector<int32_t>> held(3);
    for (int round = 0; round < 40; ++round) {
      std::vector<std::vector<TokenId>> tokens;  // the feeds' spans point here
      std::vector<Feed> feeds;
      std::vector<float> want;
      for (int32_t s : {2, 0, 1}) {  // feeds in any order
        auto& mine = held[static_cast<size_t>(s)];
        if (below(3) == 0) {
          mine.resize(below(mine.size() + 1));
          o.session->truncate(s, static_cast<int32_t>(mine.size()));
        }
        if (below(4) == 0) continue;
        std::vector<int32_t> more(below(std::min<size_t>(41 - mine.size(), 20)));
        for (int32_t& t : more) t = static_cast<int32_t>(below(kVocab));
        tokens.push_back(ids_of(more));
        const size_t logits = below(more.size() + 1);
        feeds.push_back({.sequence = s, .logits = static_cast<int32_t>(logits)});
        for (size_t i = 0; i < more.size(); ++i) {
          mine.push_back(more[i]);
          if (i + logits < more.size()) continue;
          const std::vector<float> row = row_of(mine);
          want.insert(want.end(), row.begin(), row.end());
        }
      }
      for (size_t i = 0; i < feeds.size(); ++i) feeds[i].tokens = tokens[i];
      std::vector<float> got(want.size(), std::numeric_limits<float>::quiet_NaN());
      size_t need = 0;
      for (const auto& h : held) need += (h.size() + 3) / 4;
      const auto ok = o.session->forward(feeds, got);
      if (need > 24) {  // more than the pool: nothing has happened
        ASSERT_FALSE(ok);
        EXPECT_NE(ok.error().message.find("full"), std::string::npos);
        for (const Feed& f : feeds) {
          auto& mine = held[static_cast<size_t>(f.sequence)];
          mine.resize(mine.size() - f.tokens.size());
          ASSERT_EQ(o.session->length(f.sequence), static_cast<int32_t>(mine.size()));
        }
        continue;
      }
      ASSERT_TRUE(ok) << ok.error().message;
      ASSERT_EQ(got, want);
      for (int32_t s = 0; s < 3; ++s) {
        ASSERT_EQ(o.session->length(s), static_cast<int32_t>(held[static_cast<size_t>(s)].size()));
      }
    }
  }
}

TEST(Session, SingleTokensShareAStepAndPromptsTakeChunks) {
  const Opened o = open({.max_sequences = 3, .chunk_tokens = 8});
  const auto prompt = ids_of(std::vector<int32_t>(20, 65));
  ASSERT_TRUE(o.session->forward(std::vector<Feed>{{.sequence = 1, .tokens = prompt}}, {}));
  EXPECT_EQ(o.runner->runs, 3);  // 8 + 8 + 4
  const auto one = ids_of({66});
  std::vector<float> logits(3 * kVocab);
  const std::vector<Feed> feeds = {{.sequence = 0, .tokens = one, .logits = 1},
                                   {.sequence = 1, .tokens = one, .logits = 1},
                                   {.sequence = 2, .tokens = one, .logits = 1}};
  ASSERT_TRUE(o.session->forward(feeds, logits));
  EXPECT_EQ(o.runner->runs, 4);
}

TEST(Session, WrongFeedsChangeNothing) {
  const Opened o = open({.max_sequences = 2});
  const auto some = ids_of({1, 2, 3});
  std::vector<float> logits(3 * kVocab);
  ASSERT_TRUE(o.session->forward(std::vector<Feed>{{.sequence = 0, .tokens = some}}, {}));
  const auto message = [&](const std::vector<Feed>& feeds, size_t room = 3 * kVocab) {
    const auto ok = o.session->forward(feeds, std::span(logits).first(room));
    EXPECT_EQ(o.session->length(0), 3);
    EXPECT_EQ(o.session->length(1), 0);
    if (ok) return std::string("accepted");
    EXPECT_EQ(ok.error().code, Code::kInvalidArgument);
    return ok.error().message;
  };
  const auto outside = ids_of({1, kVocab});
  const auto long_one = ids_of(std::vector<int32_t>(38, 1));
  EXPECT_EQ(message({{.sequence = 2, .tokens = some}}), "sequence 2: there are 2");
  EXPECT_EQ(message({{.sequence = -1, .tokens = some}}), "sequence -1: there are 2");
  EXPECT_EQ(message({{.sequence = 1, .tokens = some}, {.sequence = 1, .tokens = some}}),
            "sequence 1: fed twice at once");
  EXPECT_EQ(message({{.sequence = 1, .tokens = outside}}),
            "sequence 1: token 260, must be 0 to 259");
  EXPECT_EQ(message({{.sequence = 0, .tokens = long_one}}),
            "sequence 0: 38 tokens behind 3, the context holds 40");
  EXPECT_EQ(message({{.sequence = 1, .tokens = some, .logits = 4}}),
            "sequence 1: logits of 4 of 3 tokens");
  EXPECT_EQ(message({{.sequence = 1, .tokens = some, .logits = 2}}, 2 * kVocab - 1),
            "room for 519 logits, 2 rows need 520");
}

TEST(Session, AFailedStepEmptiesWhatWasFed) {
  const Opened o = open({.max_sequences = 2});
  const auto some = ids_of({1, 2, 3});
  ASSERT_TRUE(o.session->forward(
      std::vector<Feed>{{.sequence = 0, .tokens = some}, {.sequence = 1, .tokens = some}}, {}));
  o.runner->fault = [](const Step&) { return Error{Code::kOutOfMemory, "no room"}; };
  const auto ok = o.session->forward(std::vector<Feed>{{.sequence = 0, .tokens = some}}, {});
  ASSERT_FALSE(ok);
  EXPECT_EQ(ok.error().message, "no room");
  EXPECT_EQ(o.session->length(0), 0);
  EXPECT_EQ(o.session->length(1), 3);
  o.runner->fault = nullptr;
  std::vector<float> logits(kVocab);
  ASSERT_TRUE(
      o.session->forward(std::vector<Feed>{{.sequence = 0, .tokens = some, .logits = 1}}, logits));
  EXPECT_EQ(logits, row_of(std::vector<int32_t>{1, 2, 3}));
}

}  // namespace
}  // namespace realm
