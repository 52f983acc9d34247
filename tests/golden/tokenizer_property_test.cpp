// What holds of every text and every sequence of ids, tried on real vocabularies: texts come back
// from their ids, streams say what decode says, and time grows with the text, not its square.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "realm/tokenizer.hpp"
#include "support/vocab_file.hpp"

namespace realm {
namespace {

class RealVocab : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string path = std::string(REALM_SOURCE_DIR "/tests/golden/tokenizers/") + GetParam();
    auto tokenizer = Tokenizer::create(testing::read_vocab(path));
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    tokenizer_.emplace(*std::move(tokenizer));
    seed_ = std::random_device{}();
    rng_.seed(seed_);
  }
  uint32_t below(uint32_t n) { return static_cast<uint32_t>(rng_() % n); }

  // A character of 1, 2, 3 or 4 bytes with equal chance; SentencePiece's own space is left out.
  void append_character(std::string& text) {
    constexpr uint32_t kEnds[] = {0, 0x80, 0x800, 0x10000, 0x110000};
    const uint32_t bytes = 1 + below(4);
    uint32_t c = kEnds[bytes - 1] + below(kEnds[bytes] - kEnds[bytes - 1]);
    if ((c >= 0xD800 && c < 0xE000) || c == 0x2581) c = ' ';
    const auto put = [&](uint32_t byte) { text += static_cast<char>(byte); };
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0 | c >> 6);
    } else if (c < 0x10000) {
      put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F));
    } else {
      put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F));
    }
    if (c >= 0x80) put(0x80 | (c & 0x3F));
  }

  std::optional<Tokenizer> tokenizer_;
  unsigned seed_ = 0;
  std::mt19937 rng_;
};

TEST_P(RealVocab, TextsComeBackFromTheirIds) {
  SCOPED_TRACE(seed_);
  const std::vector<std::string> words = {" ",    "  ",       "\n",       "the",  " and",
                                          "1234", "'s",       "<s>",      "</s>", "<|endoftext|>",
                                          "\xFF", "\xE2\x96", "\xF0\x9F", "é"};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const bool broken = round % 3 == 0;  // also bytes that are not UTF-8
    for (uint32_t n = below(30); n > 0; --n) {
      if (below(2) == 0) {
        append_character(text);
      } else {
        const std::string& word = words[below(static_cast<uint32_t>(words.size()))];
        if (broken || utf8_valid_run(word, 0) == word.size()) text += word;
      }
    }
    // Fragments may have come together as U+2581.
    if (text.find("\u2581") != std::string::npos) continue;
    for (const bool parse : {false, true}) {
      const auto ids = tokenizer_->encode(text, {.add_special = false, .parse_special = parse});
      ASSERT_TRUE(ids) << ids.error().message;
      ASSERT_EQ(tokenizer_->decode(*ids, {.render_special = true}), text);
      for (const TokenId id : *ids) {
        ASSERT_TRUE(parse || tokenizer_->type(id) != TokenType::kControl);
      }
    }
  }
}

TEST_P(RealVocab, StreamsSayWhatDecodeSays) {
  SCOPED_TRACE(seed_);
  const uint32_t size = static_cast<uint32_t>(tokenizer_->vocab_size());
  std::vector<TokenId> single;  // tokens of one byte make characters that are put together
  for (uint32_t id = 0; id < size; ++id) {
    const TokenId token{static_cast<int32_t>(id)};
    if (tokenizer_->piece(token).size() == 1) single.push_back(token);
  }
  ASSERT_GE(single.size(), 256u);
  for (int round = 0; round < 3000; ++round) {
    const DecodeOptions options = {.render_special = below(2) == 0, .at_start = below(2) == 0};
    std::vector<TokenId> ids(below(40));
    for (TokenId& id : ids) {
      id = below(3) ? single[below(static_cast<uint32_t>(single.size()))]
                    : TokenId{static_cast<int32_t>(below(size + 2)) - 1};
    }
    StreamDecoder stream(*tokenizer_, options);
    std::string all;
    for (const TokenId id : ids) {
      const std::string part = stream.feed(id);
      ASSERT_EQ(utf8_valid_run(part, 0), part.size());
      all += part;
    }
    all += stream.flush();
    ASSERT_EQ(all, utf8_replace_invalid(tokenizer_->decode(ids, options)));
  }
}

TEST_P(RealVocab, TimeGrowsWithTheTextNotItsSquare) {
  using Clock = std::chrono::steady_clock;
  const std::vector<std::string> units = {"a",  " ",   "\n",     "1",    "!",      "\u0301",
                                          "é",  "漢",  "ab",     " a",   "\xFF",   "'s",
                                          "<|", " \n", "\u2581", "🦙", "\r\n\t "};
  for (const std::string& unit : units) {
    double seconds[2] = {};
    for (size_t i = 0; i < 2; ++i) {
      const size_t bytes = i == 0 ? size_t{1} << 17 : size_t{1} << 20;
      std::string text;
      while (text.size() < bytes) text += unit;
      const Clock::time_point begin = Clock::now();
      const auto ids = tokenizer_->encode(text, {.add_special = false});
      seconds[i] = std::chrono::duration<double>(Clock::now() - begin).count();
      ASSERT_TRUE(ids) << ids.error().message;
      ASSERT_TRUE(unit == "\u2581" || tokenizer_->decode(*ids) == text) << unit;
    }
    // 8 times the text: 8 times the time and a little for the heap's height and colder caches; a
    // square would take 64 times. The constant is for what the machine does besides.
    EXPECT_LT(seconds[1], 30 * seconds[0] + 0.5) << "unit \"" << unit << "\"";
    if (std::getenv("REALM_TEST_VERBOSE")) {
      std::printf("%-8s %6.0f ms a MiB\n", unit.c_str(), seconds[1] * 1000);
    }
  }
}

std::string name_of(const ::testing::TestParamInfo<const char*>& row) {
  constexpr const char* kNames[] = {"gpt2", "llama_spm", "llama_bpe", "smollm", "spm", "unigram"};
  return kNames[row.index];
}
INSTANTIATE_TEST_SUITE_P(Files, RealVocab,
                         ::testing::Values("ggml-vocab-gpt-2.gguf", "ggml-vocab-llama-spm.gguf",
                                           "trained_llama-bpe.json", "trained_smollm.json",
                                           "sentencepiece_bpe_no_prefix.json",
                                           "sentencepiece_unigram_plain.json"),
                         name_of);

}  // namespace
}  // namespace realm
