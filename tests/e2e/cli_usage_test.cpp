// The command's manners: help, versions, usage errors, exit codes, colours, closed outputs.
#include "cli.hpp"

namespace realm::testing {
namespace {

const std::vector<std::string> kCommands{"run",      "chat",   "inspect",    "devices",
                                         "tokenize", "render", "perplexity", "bench"};

TEST(Usage, HelpOfEveryCommandFitsATerminal) {
  auto pages = kCommands;
  pages.emplace_back();
  for (const std::string& command : pages) {
    std::vector<std::string> words{"--help"};
    if (!command.empty()) words.insert(words.begin(), command);
    const Outcome help = realm(words);
    ASSERT_TRUE(ended_with(help, 0));
    EXPECT_EQ(help.err, "");
    EXPECT_TRUE(contains(help.out, "Usage: realm " + command)) << help.out;
    EXPECT_TRUE(contains(help.out, command.empty() ? "Start here:" : "Examples:")) << help.out;
    std::istringstream lines(help.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  }
  for (const std::string& command : kCommands) {
    EXPECT_TRUE(contains(realm({"--help"}).out, "\n  " + command + " ")) << command;
    EXPECT_EQ(realm({"help", command}).out, realm({command, "-h"}).out);
  }
}

TEST(Usage, VersionIsOneLine) {
  const Outcome version = realm({"--version"});
  ASSERT_TRUE(ended_with(version, 0));
  EXPECT_TRUE(version.out.starts_with("realm ")) << version.out;
  EXPECT_EQ(version.out.find('\n'), version.out.size() - 1);
}

// Every wrong command line is exit code 2, says what is wrong, and prints no data.
TEST(Usage, ErrorsAreNamed) {
  const struct {
    std::vector<std::string> words;
    std::string says;
  } cases[] = {
      {{}, "Usage:"},
      {{"rnu"}, "no command rnu"},
      {{"inspec"}, "did you mean inspect?"},
      {{"--frobnicate"}, "no flag --frobnicate"},
      {{"run"}, "MODEL is required"},
      {{"run", "m", "p", "q"}, "one word too many: \"q\""},
      {{"run", "m", "--temperature", "hot"}, "--temperature: \"hot\" is not a number"},
      {{"run", "m", "--temperature", "-1"}, "--temperature: must be between 0 and 100"},
      {{"run", "m", "--temperature", "nan"}, "--temperature: \"nan\" is not a number"},
      {{"run", "m", "--top-p", "1.5"}, "--top-p: must be between 0 and 1"},
      {{"run", "m", "--min-p", "-0.1"}, "--min-p: must be between 0 and 1"},
      {{"run", "m", "--top-k", "1.5"}, "--top-k: \"1.5\" is not a whole number"},
      {{"run", "m", "--top-k", "-1"}, "--top-k: must be between"},
      {{"run", "m", "--repeat-penalty", "0"}, "--repeat-penalty: must be between"},
      {{"run", "m", "--seed", "x"}, "--seed: \"x\" is not a whole number"},
      {{"run", "m", "-n", "-5"}, "--max-tokens: must be between"},
      {{"run", "m", "-c", "1"}, "--context: must be between"},
      {{"run", "m", "--threads", "0x10"}, "--threads: \"0x10\" is not a whole number"},
      {{"run", "m", "--thread", "2"}, "did you mean --threads?"},
      {{"run", kGpt2, "--raw", "--system", "s", "p"}, "--system belongs to a chat"},
      {{"tokenize", kGpt2, "text", "-f", "file"}, "both TEXT and --file"},
      {{"perplexity", "m"}, "--file is required"},
      {{"perplexity", "m", "-f", "f", "-c", "3"}, "--context: must be between 4"},
      {{"bench", "m", "-b", "0"}, "--batch: must be between 1"},
      {{"bench", "m", "-r", "0"}, "--repetitions: must be between 1"},
      {{"bench", kGpt2, "-p", "0", "-n", "0"}, "nothing to measure"},
      {{"devices", "x"}, "one word too many"},
      {{"inspect", "/tmp"}, "is a folder"},
  };
  for (const auto& row : cases) {
    const Outcome run = realm(row.words);
    EXPECT_TRUE(ended_with(run, 2)) << row.says;
    EXPECT_TRUE(contains(run.err, row.says)) << run.err << " lacks " << row.says;
    EXPECT_EQ(run.out, "");
  }
}

TEST(Usage, MissingThingsAreExitCode3) {
  const RunOptions empty_cache{.set = {{"XDG_CACHE_HOME", "/nonexistent"}}};
  for (const std::string command : {"run", "inspect", "tokenize", "bench"}) {
    for (const std::string model : {"no-such-model", "./no/such/model.gguf"}) {
      const Outcome run = realm({command, model}, empty_cache);
      EXPECT_TRUE(ended_with(run, 3)) << command;
      EXPECT_TRUE(contains(run.err, model)) << run.err;
    }
  }
  const Outcome text = realm({"tokenize", kGpt2, "-f", "/no/such/text"});
  EXPECT_TRUE(ended_with(text, 3));
  EXPECT_TRUE(contains(text.err, "/no/such/text: No such file")) << text.err;
  EXPECT_TRUE(ended_with(realm({"tokenize", kGpt2, "-f", "/"}), 3));
}

TEST(Usage, ColoursOnlyOnATerminalThatWantsThem) {
  const std::vector<std::string> wrong{"rnu"};
  const std::string escape = "\x1b[";
  EXPECT_FALSE(contains(realm(wrong).err, escape));
  const std::map<std::string, std::string> xterm{{"TERM", "xterm"}};
  const Outcome plain = realm(wrong, {.set = xterm, .terminal = true});
  EXPECT_TRUE(ended_with(plain, 2));
  EXPECT_TRUE(contains(plain.out, escape)) << plain.out;
  auto no_colour = xterm;
  no_colour["NO_COLOR"] = "1";
  const Outcome quiet = realm(wrong, {.set = no_colour, .terminal = true});
  EXPECT_TRUE(contains(quiet.out, "no command rnu")) << quiet.out;
  EXPECT_FALSE(contains(quiet.out, escape)) << quiet.out;
  const Outcome dumb = realm(wrong, {.set = {{"TERM", "dumb"}}, .terminal = true});
  EXPECT_FALSE(contains(dumb.out, escape)) << dumb.out;
}

// A reader that goes away ends the command at once, and without a word.
TEST(Usage, ClosedPipeIsNoDrama) {
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "word ";
  const Outcome run = realm({"tokenize", kGpt2}, {.input = text, .close_output_early = true});
  EXPECT_FALSE(run.timed_out);
  EXPECT_TRUE(run.signal == SIGPIPE || run.exit_code == 1) << run.exit_code << run.signal;
  EXPECT_EQ(run.err, "");
}

// A command that waits for input says so, and leaves when it is told to.
TEST(Usage, InterruptWhileReading) {
  const Outcome run = realm({"tokenize", kGpt2}, {.wait_then_interrupt = true});
  EXPECT_TRUE(ended_with(run, 130));
  EXPECT_TRUE(contains(run.err, "reading standard input")) << run.err;
  EXPECT_EQ(run.out, "");
}

TEST(Usage, FullDiskIsAFailure) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--help"}, {"--version"}, {"devices"}, {"tokenize", kGpt2, "x"}}) {
    const Outcome run = realm(words, {.output_file = "/dev/full"});
    EXPECT_TRUE(ended_with(run, 1));
    EXPECT_TRUE(contains(run.err, "cannot write the output: No space left")) << run.err;
  }
}

}  // namespace
}  // namespace realm::testing
