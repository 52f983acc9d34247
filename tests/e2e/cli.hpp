// What the tests of the command share: the program, vocabularies, the demo model, tiny models.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "process.hpp"
#include "support/demo_model.hpp"

namespace realm::testing {

inline const std::string kVocabularies = REALM_SOURCE_DIR "/tests/golden/tokenizers/";
inline const std::string kGpt2 = kVocabularies + "ggml-vocab-gpt-2.gguf";
inline const std::string kLlama = kVocabularies + "ggml-vocab-llama-spm.gguf";

#ifdef REALM_SLOW_BUILD
constexpr bool kSlowBuild = true;
#else
constexpr bool kSlowBuild = false;
#endif

/// Runs `realm WORDS...`.
inline Outcome realm(std::vector<std::string> words, const RunOptions& options = {}) {
  words.insert(words.begin(), REALM_PROGRAM);
  return run(words, options);
}

inline ::testing::AssertionResult ended_with(const Outcome& run, int exit_code) {
  if (run.exit_code == exit_code && !run.timed_out) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "exit code " << run.exit_code << ", signal " << run.signal
         << (run.timed_out ? ", timed out" : "") << "\nstdout: " << run.out.substr(0, 2000)
         << "\nstderr: " << run.err.substr(0, 2000);
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A folder of its own for each test, gone afterwards.
class Scratch : public ::testing::Test {
 protected:
  Scratch() {
    std::string name = std::filesystem::temp_directory_path() / "realm-e2e-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~Scratch() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ / name; }
  std::string write(const std::string& name, const std::string& bytes) const;

 private:
  std::filesystem::path folder_;
};

std::string read_file(const std::string& path);

}  // namespace realm::testing
