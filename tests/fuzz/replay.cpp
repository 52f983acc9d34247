// Runs a fuzz target where there is no libFuzzer: every file of a corpus, then random inputs, half
// of them corpus files with a few bytes changed. `fuzz_x RUNS [CORPUS]`; REALM_FUZZ_SEED repeats a
// run that failed.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::vector<uint8_t>;
// A slow build (sanitizers, emulators) does as many runs as fit; the message says how many.
constexpr std::chrono::seconds kTimeLimit{60};

std::vector<Input> read_corpus(const char* folder) {
  std::vector<Input> corpus;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

Input random_input(const std::vector<Input>& corpus, std::mt19937_64& rng) {
  const auto below = [&](size_t n) { return static_cast<size_t>(rng() % n); };
  Input input;
  if (!corpus.empty() && below(2) == 0) {
    input = corpus[below(corpus.size())];
    if (!input.empty() && below(4) == 0) input.resize(below(input.size()));
    for (size_t n = below(8); n > 0 && !input.empty(); --n) {
      input[below(input.size())] = static_cast<uint8_t>(rng());
    }
  } else {
    // Most inputs are short, some are long; a small alphabet makes repetitions likely.
    input.resize(below(size_t{1} << (1 + below(11))));
    const size_t alphabet = below(2) == 0 ? 256 : 1 + below(8);
    const size_t first = below(256);
    for (uint8_t& byte : input) byte = static_cast<uint8_t>(first + below(alphabet));
  }
  return input;
}

}  // namespace

int main(int argc, char** argv) {
  const long runs = argc > 1 ? std::atol(argv[1]) : 10000;
  const std::vector<Input> corpus = argc > 2 ? read_corpus(argv[2]) : std::vector<Input>{};
  for (const Input& input : corpus) LLVMFuzzerTestOneInput(input.data(), input.size());

  const char* chosen = std::getenv("REALM_FUZZ_SEED");
  const uint64_t seed = chosen ? std::strtoull(chosen, nullptr, 10) : std::random_device{}();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  std::mt19937_64 rng(seed);
  const auto end = std::chrono::steady_clock::now() + kTimeLimit;
  long done = 0;
  for (; done < runs && std::chrono::steady_clock::now() < end; ++done) {
    const Input input = random_input(corpus, rng);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu corpus files, %ld random inputs\n", corpus.size(), done);
  return 0;
}
