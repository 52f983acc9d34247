// tokenizer_bench VOCAB TEXT [RUNS]: how fast TEXT is encoded and decoded, in MB/s of this thread's
// time; the best of RUNS (5). VOCAB is a GGUF file with a vocabulary. Prints one JSON line.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "realm/tokenizer.hpp"
#include "support/vocab_file.hpp"

namespace {

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: tokenizer_bench VOCAB TEXT [RUNS]\n");
    return 2;
  }
  const auto tokenizer = realm::Tokenizer::create(realm::testing::read_vocab(argv[1]));
  if (!tokenizer) {
    std::fprintf(stderr, "%s\n", tokenizer.error().message.c_str());
    return 1;
  }
  const std::string text = realm::testing::read_whole_file(argv[2]);
  const int runs = argc > 3 ? std::atoi(argv[3]) : 5;
  double encode = 1e9;
  double decode = 1e9;
  size_t tokens = 0;
  bool comes_back = false;  // not from a vocabulary that normalizes
  for (int i = 0; i < runs; ++i) {
    const double begin = thread_seconds();
    const auto ids = tokenizer->encode(text, {.add_special = false});
    const double middle = thread_seconds();
    if (!ids) {
      std::fprintf(stderr, "%s\n", ids.error().message.c_str());
      return 1;
    }
    const std::string back = tokenizer->decode(*ids);
    decode = std::min(decode, thread_seconds() - middle);
    encode = std::min(encode, middle - begin);
    tokens = ids->size();
    comes_back = back == text;
  }
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  std::printf(
      "{\"bytes\": %zu, \"tokens\": %zu, \"encode_mb_s\": %.2f, \"decode_mb_s\": %.2f, "
      "\"comes_back\": %s}\n",
      text.size(), tokens, megabytes / encode, megabytes / decode, comes_back ? "true" : "false");
  return 0;
}
