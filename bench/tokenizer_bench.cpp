// tokenizer_bench: how fast a text is encoded and decoded with a vocabulary.
//
//   tokenizer_bench VOCAB TEXT [--runs N] [--json]
// VOCAB is a GGUF file with a vocabulary. MB are 10^6 bytes of the text, the time is what the
// process computes (all threads, though a tokenizer uses the caller's only); the best of N runs
// (5). --json prints one line, also with the number and the CRC-32 of the ids as little-endian
// 32-bit words. bench/compare_tokenizers.py runs this in turns with llama.cpp.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <string>
#include <vector>

#include "cli/version.hpp"
#include "realm/tokenizer.hpp"
#include "support/vocab_file.hpp"

namespace realm {
namespace {

struct Options {
  std::string vocab, text;
  int runs = 5;
  bool json = false;
};

struct Outcome {
  double encode_seconds = 1e9;
  double decode_seconds = 1e9;
  std::vector<TokenId> ids;
  bool comes_back = false;  // not from a vocabulary that normalizes
};

double seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// The same as zlib's, so that other programs' ids can be compared without writing them down.
uint32_t crc32(const std::vector<TokenId>& ids) {
  uint32_t crc = ~0u;
  for (const TokenId id : ids) {
    crc ^= static_cast<uint32_t>(index(id));
    for (int bit = 0; bit < 32; ++bit) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
  }
  return ~crc;
}

Result<Outcome> measure(const Tokenizer& tokenizer, const std::string& text, int runs) {
  Outcome out;
  for (int i = 0; i < runs; ++i) {
    const double begin = seconds();
    auto ids = tokenizer.encode(text, {.add_special = false});
    const double middle = seconds();
    if (!ids) return ids.error();
    const std::string back = tokenizer.decode(*ids);
    out.decode_seconds = std::min(out.decode_seconds, seconds() - middle);
    out.encode_seconds = std::min(out.encode_seconds, middle - begin);
    out.comes_back = back == text;
    out.ids = std::move(*ids);
  }
  return out;
}

void print(const Options& options, const VocabData& vocab, size_t bytes, const Outcome& outcome) {
  const double megabytes = static_cast<double>(bytes) / 1e6;
  if (!options.json) {
    std::printf("%zu bytes, %zu tokens: encoded at %.2f MB/s, decoded at %.2f MB/s%s\n", bytes,
                outcome.ids.size(), megabytes / outcome.encode_seconds,
                megabytes / outcome.decode_seconds, outcome.comes_back ? "" : ", to another text");
    return;
  }
  const nlohmann::ordered_json line{{"version", cli::version()},
                                    {"commit", cli::commit()},
                                    {"model", vocab.model},
                                    {"pre", vocab.pre},
                                    {"bytes", bytes},
                                    {"tokens", outcome.ids.size()},
                                    {"ids_crc32", crc32(outcome.ids)},
                                    {"encode_seconds", outcome.encode_seconds},
                                    {"decode_seconds", outcome.decode_seconds},
                                    {"comes_back", outcome.comes_back}};
  std::printf("%s\n", line.dump().c_str());
}

int run(const Options& options) {
  const VocabData vocab = testing::read_vocab(options.vocab);
  const std::string text = testing::read_whole_file(options.text);
  const auto tokenizer = Tokenizer::create(vocab);
  if (!tokenizer) {
    std::fprintf(stderr, "%s: %s\n", options.vocab.c_str(), tokenizer.error().message.c_str());
    return 1;
  }
  const auto outcome = measure(*tokenizer, text, options.runs);
  if (!outcome) {
    std::fprintf(stderr, "%s: %s\n", options.text.c_str(), outcome.error().message.c_str());
    return 1;
  }
  print(options, vocab, text.size(), *outcome);
  return 0;
}

bool parse(int argc, char** argv, Options& options) {
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      options.json = true;
    } else if (std::strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
      options.runs = std::atoi(argv[++i]);
    } else if (argv[i][0] != '-' && files < 2) {
      (files++ == 0 ? options.vocab : options.text) = argv[i];
    } else {
      return false;
    }
  }
  return files == 2 && options.runs > 0;
}

}  // namespace
}  // namespace realm

int main(int argc, char** argv) {
  realm::Options options;
  if (!realm::parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: tokenizer_bench VOCAB TEXT [--runs N] [--json]\n");
    return 2;
  }
  try {  // the reader of test files throws
    return realm::run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
