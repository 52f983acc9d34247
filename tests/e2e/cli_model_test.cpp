// Commands that run the demo model; skipped where it is not there.
#include <cmath>

#include "cli.hpp"

namespace realm::testing {
namespace {

using nlohmann::json;

const std::string kQuestion = "Name the capital of France.";

std::vector<std::string> greedy(const std::string& model, const std::string& prompt,
                                const std::string& tokens) {
  return {"run", model, prompt, "--temperature", "0", "-n", tokens};
}

TEST(RunModel, NamesParis) {
  REALM_NEEDS_MODEL(model);
  const Outcome run = realm({"run", model, kQuestion, "--temperature", "0"});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_TRUE(contains(run.out, "Paris")) << run.out;
  EXPECT_TRUE(run.out.ends_with('\n'));
  EXPECT_FALSE(contains(run.out, "<|im_end|>"));
  EXPECT_FALSE(contains(run.err, "error")) << run.err;
}

// Within half a second of the start on one thread, by its own clock: the machine may be busy.
// Memory is that of one copy of the weights and little more.
TEST(RunModel, FirstTokenIsQuickAndSmall) {
  REALM_NEEDS_MODEL(model);
  if (kSlowBuild) GTEST_SKIP() << "an optimized build without sanitizers is meant";
  double seconds = 1e9;
  auto words = greedy(model, kQuestion, "1");
  words.insert(words.end(), {"--threads", "1"});
  for (int i = 0; i < 5; ++i) {
    const Outcome run = realm(words);
    ASSERT_TRUE(ended_with(run, 0));
    seconds = std::min(seconds, run.cpu_seconds);
    EXPECT_LE(1024.0 * static_cast<double>(run.peak_kib),
              1.5 * static_cast<double>(std::filesystem::file_size(model)));
  }
  EXPECT_LT(seconds, 0.5);
}

TEST(RunModel, JsonTellsEverything) {
  REALM_NEEDS_MODEL(model);
  auto words = greedy(model, kQuestion, "5");
  const std::string text = realm(words).out;
  words.emplace_back("--json");
  const Outcome run = realm(words);
  ASSERT_TRUE(ended_with(run, 0));
  const json out = json::parse(run.out);
  EXPECT_EQ(out.at("text").get<std::string>() + "\n", text);
  EXPECT_EQ(out.at("finish_reason"), "length");
  const json& usage = out.at("usage");
  EXPECT_EQ(usage.at("completion_tokens"), 5);
  EXPECT_GT(usage.at("prompt_tokens"), 10);
  EXPECT_EQ(usage.at("total_tokens"), usage.at("prompt_tokens").get<int>() + 5);
  for (const char* name : {"load_seconds", "prompt_seconds", "prompt_tokens_per_second",
                           "decode_seconds", "decode_tokens_per_second"}) {
    EXPECT_GT(out.at("timings").at(name).get<double>(), 0) << name;
  }
  EXPECT_TRUE(out.at("seed").is_number_unsigned());
  EXPECT_NE(out.at("device"), "");
}

TEST(RunModel, SameSeedSameText) {
  REALM_NEEDS_MODEL(model);
  const auto text = [&](const std::string& seed, const std::string& threads) {
    const Outcome run = realm({"run", model, "Tell a story.", "-n", "24", "--seed", seed,
                               "--temperature", "1", "--threads", threads});
    EXPECT_TRUE(ended_with(run, 0));
    return run.out;
  };
  const std::string seven = text("7", "1");
  EXPECT_EQ(text("7", "2"), seven);
  EXPECT_NE(text("8", "1"), seven);
}

TEST(RunModel, RawContinuesWithoutATemplate) {
  REALM_NEEDS_MODEL(model);
  const std::vector<std::string> words{"run", model, "--raw", "--temperature",
                                       "0",   "-n",  "8",     "--json"};
  auto given = words;
  given.insert(given.begin() + 2, "The capital of France is");
  const json by_argument = json::parse(realm(given).out);
  const json by_input = json::parse(realm(words, {.input = "The capital of France is"}).out);
  EXPECT_EQ(by_argument.at("text"), by_input.at("text"));
  EXPECT_EQ(by_argument.at("usage").at("prompt_tokens"), 5);
  EXPECT_TRUE(contains(by_argument.at("text"), "Paris")) << by_argument;
}

TEST(RunModel, InputIsAddedToThePrompt) {
  REALM_NEEDS_MODEL(model);
  const auto prompt_tokens = [&](const std::vector<std::string>& prompt, const std::string& input) {
    std::vector<std::string> words{"run", model, "-n", "1", "--json"};
    words.insert(words.end(), prompt.begin(), prompt.end());
    const Outcome run = realm(words, {.input = input});
    EXPECT_TRUE(ended_with(run, 0));
    return json::parse(run.out).at("usage").at("prompt_tokens").get<int>();
  };
  const int alone = prompt_tokens({"Count these words:"}, "");
  EXPECT_EQ(prompt_tokens({}, "Count these words:\n"), alone);
  EXPECT_GT(prompt_tokens({"Count these words:"}, "one two three four\n"), alone + 3);
  EXPECT_TRUE(ended_with(realm({"run", model}), 2));
}

TEST(RunModel, StopSystemAndLimits) {
  REALM_NEEDS_MODEL(model);
  auto words = greedy(model, kQuestion, "32");
  words.insert(words.end(), {"--stop", "Paris", "--json"});
  const json stopped = json::parse(realm(words).out);
  EXPECT_EQ(stopped.at("finish_reason"), "stop_string");
  EXPECT_EQ(stopped.at("stop_string"), "Paris");
  EXPECT_FALSE(contains(stopped.at("text"), "Paris"));

  words = greedy(model, kQuestion, "4");
  words.insert(words.end(), {"--json"});
  const json plain = json::parse(realm(words).out);
  // Longer than the system text that the model's template has of its own.
  words.insert(words.end(), {"--system",
                             "You only ever speak of the sea, of the ships that sail on it, of the "
                             "people on board of them, and of the weather that they meet."});
  EXPECT_GT(json::parse(realm(words).out).at("usage").at("prompt_tokens"),
            plain.at("usage").at("prompt_tokens"));

  EXPECT_TRUE(ended_with(realm({"run", model, kQuestion, "-n", "0"}), 0));
  std::string text;
  for (int i = 0; i < 100; ++i) text += "word ";
  const Outcome longer = realm({"run", model, text, "-c", "64"});
  EXPECT_TRUE(ended_with(longer, 2)) << "a prompt longer than the context is refused, not cut";
  EXPECT_TRUE(contains(longer.err, "64")) << longer.err;
  EXPECT_EQ(longer.out, "");
}

TEST(RunModel, AsksOnATerminal) {
  REALM_NEEDS_MODEL(model);
  const Outcome run =
      realm({"run", model, "--temperature", "0", "-n", "16"},
            {.input = kQuestion + "\n", .set = {{"TERM", "dumb"}}, .terminal = true});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_TRUE(contains(run.out, "prompt> ")) << run.out;
  EXPECT_TRUE(contains(run.out, "Paris")) << run.out;
}

// Text comes while it is made, and Ctrl-C ends it cleanly: whole lines, exit code 130.
TEST(RunModel, StreamsUntilInterrupted) {
  REALM_NEEDS_MODEL(model);
  const Outcome run = realm(
      {"run", model, "--raw", "Once upon a time", "--temperature", "0", "--verbose", "-c", "8192"},
      {.interrupt_at_output = true});
  EXPECT_TRUE(ended_with(run, 130));
  EXPECT_TRUE(run.out.ends_with('\n')) << run.out;
  EXPECT_LT(run.out.size(), 5000u);
  EXPECT_TRUE(contains(run.err, "cancelled")) << run.err;
  EXPECT_TRUE(contains(run.err, "tokens/s")) << run.err;
}

TEST(RunModel, ClosedPipeEndsTheAnswer) {
  REALM_NEEDS_MODEL(model);
  const Outcome run =
      realm({"run", model, "--raw", "Once upon a time", "--temperature", "0", "-c", "8192"},
            {.timeout_seconds = 60, .close_output_early = true});
  EXPECT_FALSE(run.timed_out);
  EXPECT_TRUE(run.signal == SIGPIPE || run.exit_code == 1) << run.exit_code;
}

TEST(RunModel, DevicesByFlagAndEnvironment) {
  REALM_NEEDS_MODEL(model);
  auto words = greedy(model, "Hi", "1");  // the reference device takes its time
  words.insert(words.end(), {"--raw", "--json"});
  const RunOptions reference{.set = {{"REALM_DEVICE", "reference"}}};
  EXPECT_EQ(json::parse(realm(words, reference).out).at("device"), "reference");
  words.insert(words.end(), {"--device", "cpu"});
  EXPECT_EQ(json::parse(realm(words, reference).out).at("device"), "cpu");

  words.back() = "cuda:7";
  const Outcome absent = realm(words);
  EXPECT_TRUE(ended_with(absent, 3));
  EXPECT_TRUE(contains(absent.err, "cuda:7")) << absent.err;
  words.back() = "toaster";
  EXPECT_TRUE(ended_with(realm(words), 2));
}

TEST(RunModel, TooLongContextIsRefusedBeforeItIsAllocated) {
  REALM_NEEDS_MODEL(model);
  const Outcome run = realm({"run", model, kQuestion, "-c", "16000000"});
  EXPECT_TRUE(run.exit_code == 2 || run.exit_code == 5) << run.exit_code << run.err;
  EXPECT_LT(run.seconds, 10);
}

// However little there is: no crash, and no half answer.
TEST(RunModel, TooLittleMemoryIsExitCode5) {
  REALM_NEEDS_MODEL(model);
  if (kSlowBuild) GTEST_SKIP() << "sanitizers need their own address space";
  for (const uint64_t mib : {20u, 50u, 90u, 150u, 300u}) {
    auto words = greedy(model, "Hi", "2");
    words.insert(words.end(), {"--device", "cpu"});
    const Outcome run = realm(words, {.memory_bytes = mib << 20});
    EXPECT_TRUE(ended_with(run, 5)) << mib;
    EXPECT_TRUE(run.err.starts_with("error: ")) << run.err;
    EXPECT_EQ(run.out, "");
  }
}

class PerplexityModel : public Scratch {};

TEST_F(PerplexityModel, EqualsItsDefinition) {
  REALM_NEEDS_MODEL(model);
  std::string text;
  for (int i = 0; i < 40; ++i) text += "The cat sat on the mat and looked at the moon. ";
  const std::string file = write("text", text);
  const size_t tokens = json::parse(realm({"tokenize", model, "-f", file, "--json"}).out).size();
  double nll = 0;
  for (const size_t window : {64u, 63u}) {
    const Outcome run =
        realm({"perplexity", model, "-f", file, "-c", std::to_string(window), "--json"});
    ASSERT_TRUE(ended_with(run, 0));
    const json out = json::parse(run.out);
    EXPECT_EQ(out.at("tokens"), tokens / window * (window - window / 2 - 1));
    nll = out.at("nll");
    EXPECT_NEAR(out.at("perplexity"), std::exp(nll / out.at("tokens").get<double>()), 1e-9);
    EXPECT_GT(out.at("perplexity"), 1.0);
    EXPECT_LT(out.at("perplexity"), 5.0) << "a text that repeats itself is easy to foresee";
  }
  const Outcome human = realm({"perplexity", model, "-f", "-", "-c", "64"}, {.input = text});
  ASSERT_TRUE(ended_with(human, 0));
  EXPECT_TRUE(human.out.starts_with("perplexity ")) << human.out;
}

TEST_F(PerplexityModel, ShortTextIsRefused) {
  REALM_NEEDS_MODEL(model);
  const Outcome run = realm({"perplexity", model, "-f", write("text", "Short.")});
  EXPECT_TRUE(ended_with(run, 2));
  EXPECT_TRUE(contains(run.err, "fewer than one window of 512")) << run.err;
}

TEST(BenchModel, JsonHasItsSchema) {
  REALM_NEEDS_MODEL(model);
  const Outcome run = realm({"bench", model, "-p", "32", "-n", "4", "-d", "16", "-b", "2", "-r",
                             "3", "-t", "1", "--json"});
  ASSERT_TRUE(ended_with(run, 0));
  const json out = json::parse(run.out);
  EXPECT_EQ(out.at("model").at("architecture"), "llama");
  EXPECT_GT(out.at("model").at("bytes"), 90000000);
  EXPECT_GT(out.at("model").at("parameters"), 130000000);
  EXPECT_EQ(out.at("threads"), 1);
  EXPECT_NE(out.at("machine").at("processor"), "");
  for (const char* key : {"version", "commit", "date", "device"}) EXPECT_TRUE(out.contains(key));
  const json& all = out.at("measurements");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].at("kind"), "prompt");
  EXPECT_EQ(all[0].at("tokens"), 32);
  EXPECT_EQ(all[0].at("sequences"), 1);
  EXPECT_EQ(all[1].at("kind"), "decode");
  EXPECT_EQ(all[1].at("tokens"), 4);
  EXPECT_EQ(all[1].at("sequences"), 2);
  for (const json& one : all) {
    EXPECT_EQ(one.at("depth"), 16);
    EXPECT_EQ(one.at("repetitions"), 3);
    EXPECT_EQ(one.at("seconds").size(), 3u);
    const json& rate = one.at("tokens_per_second");
    EXPECT_GT(rate.at("min"), 0);
    EXPECT_GE(rate.at("median"), rate.at("min"));
    EXPECT_GE(rate.at("max"), rate.at("median"));
    EXPECT_GE(rate.at("spread_percent"), 0);
  }
}

TEST(BenchModel, TextAndSkippedParts) {
  REALM_NEEDS_MODEL(model);
  const Outcome run = realm({"bench", model, "-p", "0", "-n", "2", "-r", "1"});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_TRUE(contains(run.out, "decode")) << run.out;
  EXPECT_FALSE(contains(run.out, "prompt")) << run.out;
}

}  // namespace
}  // namespace realm::testing
