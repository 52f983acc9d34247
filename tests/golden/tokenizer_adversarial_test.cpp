// Texts made to hurt a tokenizer, 10 MB of each: under 10 s, and ten times the text takes at most
// 13 times as long. Times are of this thread, so that neighbours on the machine do not count, and
// every large block of memory comes fresh from the system, as in a program that encodes one text.
//
// What is compared is a sixteenth of the text. Arrays that double while they grow are copied up to
// twice as often at one size as at another: between 1 and 10 MB that alone came to 13 times the
// page faults. A power of two apart they are copied alike, and the rest is growth. 13 times for ten
// times the text is the power log10(13) of its length, 16^log10(13) = 21.9 times for sixteen times.
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <string>
#include <vector>

#include "realm/tokenizer.hpp"
#include "support/vocab_file.hpp"
#include "text/split/pre_tokenizer.hpp"

namespace realm {
namespace {

const std::string kFolder = REALM_SOURCE_DIR "/tests/golden/tokenizers/";
constexpr size_t kLargeBytes = 10'000'000;
constexpr size_t kTimes = 16;
constexpr double kMaxRatio = 21.9;
constexpr double kMaxSeconds = 10;

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

struct Growth {
  double large = 1e9;  // seconds for the large text
  double ratio = 1e9;  // to those for the small one
  int attempts = 0;
};

// Neighbours take caches and memory's width away for longer than a text takes: small texts right
// before and behind the large one meet the same neighbours, so that the ratio holds although none
// of the times does. What still disturbs one attempt does not disturb five; what grows too fast
// does so every time.
Growth growth_of(const Tokenizer& tokenizer, const std::string& unit, const std::string& tail,
                 size_t bytes, int runs) {
  const std::string small_text = repeated(unit, bytes / kTimes) + tail;
  const std::string large_text = repeated(unit, bytes) + tail;
  Growth best;
  while (best.attempts < 5 && !(best.ratio < kMaxRatio && best.large < kMaxSeconds)) {
    ++best.attempts;
    double small = 0;
    for (int run = 0; run < runs; ++run) small += seconds_to_encode(tokenizer, small_text);
    const double large = seconds_to_encode(tokenizer, large_text);
    for (int run = 0; run < runs; ++run) small += seconds_to_encode(tokenizer, small_text);
    best.large = std::min(best.large, large);
    best.ratio = std::min(best.ratio, large / (small / (2 * runs)));
  }
  return best;
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
    const Growth growth = growth_of(*tokenizer, c.unit, "", kLargeBytes, 3);
    std::printf("%-24s %6.2f s for 10 MB, %5.2f times that for a sixteenth (%d attempts)\n", c.name,
                growth.large, growth.ratio, growth.attempts);
    EXPECT_LT(growth.large, kMaxSeconds) << c.name;
    EXPECT_LT(growth.ratio, kMaxRatio) << c.name;
  }
}

// Every row of pre-tokenizers, with the vocabulary of GPT-2: what makes rows differ is where they
// cut, and whether a word that is a token needs merges. Rows that have both in common are one case;
// those of plain text are gemma4's above. A quarter of the text shows how time grows and, as it
// grows by no more than 4^log10(13) = 4.7 times for four times the text, how long all of it takes;
// one of the texts, in turns, is encoded whole.
constexpr size_t kRowBytes = kLargeBytes / 4;
constexpr double kMaxRowSeconds = kMaxSeconds / 4.7;
constexpr Case kRowCases[] = {
    {"one letter", "a"},
    {"capitals", "A"},
    {"spaces", " "},
    {"combining marks", "\u0301"},
    {"invalid UTF-8", "\xff"},
    {"digits", "1"},
    {"begins of names", "<sentinel:1"},
};

TEST(AdversarialRows, TenMegabytesTakeLessThanTenSecondsAndGrowAsTheText) {
  mallopt(M_MMAP_THRESHOLD, 128 * 1024);
  VocabData vocab = testing::read_vocab(kFolder + "ggml-vocab-gpt-2.gguf");
  std::vector<const PreTokenizerRow*> done;
  for (const PreTokenizerRow* row : pre_tokenizer_rows()) {
    const auto same = [&](const PreTokenizerRow* other) {
      return other->steps == row->steps && other->ignore_merges == row->ignore_merges;
    };
    if (row->plain_text || std::any_of(done.begin(), done.end(), same)) continue;
    done.push_back(row);
    vocab.pre = row->names[0];
    const auto tokenizer = Tokenizer::create(vocab);
    ASSERT_TRUE(tokenizer) << row->names[0] << ": " << tokenizer.error().message;
    Growth worst{0, 0, 0};
    for (const Case& c : kRowCases) {
      // The tail keeps a run from being the end of the text, which some look-aheads ask for.
      const Growth growth = growth_of(*tokenizer, c.unit, "x1", kRowBytes, 3);
      EXPECT_LT(growth.large, kMaxRowSeconds) << row->names[0] << ", " << c.name;
      EXPECT_LT(growth.ratio, kMaxRatio) << row->names[0] << ", " << c.name;
      worst.large = std::max(worst.large, growth.large);
      worst.ratio = std::max(worst.ratio, growth.ratio);
      worst.attempts = std::max(worst.attempts, growth.attempts);
    }
    const Case& whole = kRowCases[done.size() % std::size(kRowCases)];
    const double seconds = seconds_to_encode(*tokenizer, repeated(whole.unit, kLargeBytes) + "x1");
    EXPECT_LT(seconds, kMaxSeconds) << row->names[0] << ", " << whole.name;
    std::printf(
        "%-24s %5.2f s for 2.5 MB, %5.2f times that for a sixteenth (%d attempts); "
        "%5.2f s for 10 MB, %s\n",
        std::string(row->names[0]).c_str(), worst.large, worst.ratio, worst.attempts, seconds,
        whole.name);
  }
  EXPECT_GE(done.size(), 30u);
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
