// Texts made to hurt a tokenizer, 10 MB of each: under 10 s, and ten times the text takes at most
// 13 times as long. Times are of this thread, so that neighbours on the machine do not count, and
// every large block of memory comes fresh from the system, as in a program that encodes one text.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "realm/tokenizer.hpp"
#include "support/vocab_file.hpp"
#include "text/split/pre_tokenizer.hpp"

namespace realm {
namespace {

const std::string kFolder = REALM_SOURCE_DIR "/tests/golden/tokenizers/";
constexpr size_t kSmallBytes = 1'000'000;
constexpr size_t kLargeBytes = 10'000'000;
constexpr double kMaxRatio = 13;

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string repeated(const std::string& unit, size_t bytes) {
  std::string text;
  text.reserve(bytes + unit.size());
  while (text.size() < bytes) text += unit;
  return text;
}

double seconds_to_encode(const Tokenizer& tokenizer, const std::string& text) {
  const double begin = thread_seconds();
  const auto ids = tokenizer.encode(text, {.add_special = false});
  const double seconds = thread_seconds() - begin;
  EXPECT_TRUE(ids) << ids.error().message;
  return seconds;
}

struct Case {
  const char* name;
  const char* unit;
};
constexpr Case kCases[] = {
    {"one letter", "a"},
    {"spaces", " "},
    {"combining marks", "\u0301"},
    {"marks of other classes", "\u302e\U0001d165"},
    {"invalid UTF-8", "\xff"},
    {"cut-off UTF-8", "\xf0\x9f"},
    {"lone continuation", "\x80"},
    {"line ends", "\n"},
    {"digits", "1"},
    {"punctuation", "!"},
    {"blanks and line ends", " \n\t\r\n  "},
    {"apostrophes", "'s"},
    {"a base and marks", "e\u0301\u0301\u0301"},
    {"ideographs", "漢"},
    {"emoji", "🦙\u200d"},
    {"names of tokens", "<|im_start|>"},
    {"begins of names", "<|"},
};

class Adversarial : public ::testing::TestWithParam<const char*> {};

TEST_P(Adversarial, TenMegabytesTakeLessThanTenSecondsAndGrowAsTheText) {
  const auto tokenizer = Tokenizer::create(testing::read_vocab(kFolder + GetParam()));
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);  // and no longer adapts: freed blocks are not kept
  for (const Case& c : kCases) {
    const std::string small_text = repeated(c.unit, kSmallBytes);
    const std::string large_text = repeated(c.unit, kLargeBytes);
    double ratio = 1e9;
    double large = 1e9;
    // Neighbours take caches and memory's width away, now from one text, now from the other; what
    // grows too fast does so every time.
    for (int attempt = 0; attempt < 5 && !(ratio < kMaxRatio); ++attempt) {
      const double small = seconds_to_encode(*tokenizer, small_text);
      large = std::min(large, seconds_to_encode(*tokenizer, large_text));
      ratio = std::min(ratio, large / small);
    }
    std::printf("%-24s %6.2f s for 10 MB, %5.2f times that for 1 MB\n", c.name, large, ratio);
    EXPECT_LT(large, 10.0) << c.name;
    EXPECT_LT(ratio, kMaxRatio) << c.name;
  }
}

// What rows of pre-tokenizers differ in: where they cut. Rows with equal steps are one case.
constexpr double kMaxSplitSeconds = 3;  // the rest of ten is for merging
constexpr Case kSplitCases[] = {
    {"one letter", "a"},
    {"capitals", "A"},
    {"spaces", " "},
    {"combining marks", "\u0301"},
    {"invalid UTF-8", "\xff"},
    {"digits", "1"},
    {"begins of names", "<sentinel:1"},
};

double seconds_to_split(const PreTokenizer& pre_tokenizer, const std::string& text) {
  std::vector<Span> words;
  const double begin = thread_seconds();
  pre_tokenizer.split(text, words);
  const double seconds = thread_seconds() - begin;
  EXPECT_FALSE(words.empty());
  return seconds;
}

TEST(AdversarialSplit, EveryRowTakesLittleTimeAndGrowsAsTheText) {
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  double slowest = 0;
  std::vector<std::array<SplitStep, 6>> done;
  for (const PreTokenizerRow* row : pre_tokenizer_rows()) {
    if (std::find(done.begin(), done.end(), row->steps) != done.end()) continue;
    done.push_back(row->steps);
    const auto pre_tokenizer = PreTokenizer::create(*row);
    ASSERT_TRUE(pre_tokenizer) << pre_tokenizer.error().message;
    for (const Case& c : kSplitCases) {
      // The tail keeps a run from being the end of the text, which some look-aheads ask for.
      const std::string small_text = repeated(c.unit, kSmallBytes) + "x1";
      const std::string large_text = repeated(c.unit, kLargeBytes) + "x1";
      double ratio = 1e9;
      double large = 1e9;
      for (int attempt = 0; attempt < 5 && !(ratio < kMaxRatio && large < kMaxSplitSeconds);
           ++attempt) {
        const double small = seconds_to_split(*pre_tokenizer, small_text);
        large = std::min(large, seconds_to_split(*pre_tokenizer, large_text));
        ratio = std::min(ratio, large / small);
      }
      slowest = std::max(slowest, large);
      EXPECT_LT(large, kMaxSplitSeconds) << row->names[0] << ", " << c.name;
      EXPECT_LT(ratio, kMaxRatio) << row->names[0] << ", " << c.name;
    }
  }
  EXPECT_GE(done.size(), 25u);
  std::printf("%zu pipelines, the slowest text takes %.2f s for 10 MB\n", done.size(), slowest);
}

std::string name_of(const ::testing::TestParamInfo<const char*>& row) {
  constexpr const char* kNames[] = {"gpt2",    "llama_spm",     "gemma4",    "smollm",
                                    "unigram", "unigram_bytes", "wordpiece", "wordpiece_accents"};
  return kNames[row.index];
}
INSTANTIATE_TEST_SUITE_P(Files, Adversarial,
                         ::testing::Values("ggml-vocab-gpt-2.gguf", "ggml-vocab-llama-spm.gguf",
                                           "trained_gemma4.json", "trained_smollm.json",
                                           "sentencepiece_unigram.json",
                                           "sentencepiece_unigram_plain.json",
                                           "wordpiece_uncased.json", "wordpiece_accents.json"),
                         name_of);

}  // namespace
}  // namespace realm
