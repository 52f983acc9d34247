// realm quantize from outside: what it says, what it leaves, and what is left of it when it is
// killed.
#include <csignal>
#include <random>

#include "cli.hpp"
#include "gguf/gguf.hpp"
#include "gguf/writer.hpp"

namespace realm::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class QuantizeCommand : public Scratch {
 protected:
  // A model of one matrix of `rows` rows, a bias and a matrix of odd rows.
  std::string model(const std::string& name, int64_t rows) const {
    constexpr int64_t kCols = 512;
    auto writer = gguf::Writer::create(path(name));
    EXPECT_TRUE(writer->set("general.architecture", "strange"));
    EXPECT_TRUE(writer->add_tensor("blk.0.a.weight", Format::kF32, {rows, kCols}));
    EXPECT_TRUE(writer->add_tensor("blk.0.a.bias", Format::kF32, {kCols}));
    EXPECT_TRUE(writer->add_tensor("blk.0.b.weight", Format::kF32, {2, 96}));
    std::mt19937 random(1);
    std::vector<float> row(kCols);
    const auto write = [&](size_t count) {
      for (float& value : row) value = static_cast<float>(random()) * 0x1p-32f - 0.5f;
      EXPECT_TRUE(writer->write(std::as_bytes(std::span(row).first(count))));
    };
    for (int64_t r = 0; r < rows + 1; ++r) write(kCols);
    write(2 * 96);
    EXPECT_TRUE(writer->finish());
    return path(name);
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path(""))) {
      found.push_back(entry.path().filename().string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
};

TEST_F(QuantizeCommand, TellsWhatItDid) {
  const std::string in = model("in.gguf", 4), out = path("out.gguf");
  const Outcome run = realm({"quantize", in, out, "q4_k_m", "--json"});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_EQ(
      run.err,
      "warning: 1 tensor in Q5_0 instead of Q4_K: rows of 96 elements are not whole blocks of "
      "256\n");
  const json told = json::parse(run.out);
  EXPECT_EQ(told.at("type"), "Q4_K_M");
  EXPECT_EQ(told.at("fallbacks"), 1);
  EXPECT_EQ(told.at("requantized"), 0);
  EXPECT_EQ(told.at("kept"), 1);
  EXPECT_EQ(told.at("file_bytes"), fs::file_size(out));
  EXPECT_EQ(
      told.at("tensors")[0],
      json({{"name", "blk.0.a.weight"}, {"shape", {4, 512}}, {"from", "F32"}, {"to", "Q4_K"}}));
  EXPECT_EQ(told.at("tensors")[1].at("kept"), "one row");
  EXPECT_EQ(told.at("tensors")[2].at("instead_of"), "Q4_K");
  const json seen = json::parse(realm({"inspect", out, "--tensors", "--json"}).out);
  EXPECT_EQ(seen.at("metadata").at("general.file_type"), 15);
  EXPECT_EQ(seen.at("tensors")[0].at("format"), "Q4_K");
  EXPECT_EQ(seen.at("tensors")[1].at("format"), "F32");
  EXPECT_EQ(seen.at("tensors")[2].at("format"), "Q5_0");

  const Outcome text = realm({"quantize", out, path("again.gguf"), "Q8_0", "--tensors"});
  ASSERT_TRUE(ended_with(text, 0));
  EXPECT_TRUE(contains(text.err, "warning: 2 tensors were quantized before")) << text.err;
  EXPECT_TRUE(contains(text.out, "blk.0.a.weight")) << text.out;
  EXPECT_TRUE(contains(text.out, "bits a weight")) << text.out;
}

TEST_F(QuantizeCommand, DryRunWritesNothing) {
  const std::string in = model("in.gguf", 4);
  const Outcome run = realm({"quantize", in, path("out.gguf"), "Q6_K", "--dry-run", "--json"});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_EQ(json::parse(run.out).at("tensors")[0].at("to"), "Q6_K");
  EXPECT_EQ(names(), std::vector<std::string>{"in.gguf"});
}

TEST_F(QuantizeCommand, ExitCodes) {
  const std::string in = model("in.gguf", 400), out = path("out.gguf");
  EXPECT_TRUE(ended_with(realm({"quantize", in, out}), 2));
  const Outcome unknown = realm({"quantize", in, out, "Q9_9"});
  EXPECT_TRUE(ended_with(unknown, 2));
  EXPECT_TRUE(contains(unknown.err, "Q4_K_M")) << unknown.err;
  EXPECT_TRUE(ended_with(realm({"quantize", path("none.gguf"), out, "Q8_0"}), 3));
  EXPECT_TRUE(ended_with(realm({"quantize", in, path("no/out.gguf"), "Q8_0"}), 3));
  EXPECT_TRUE(ended_with(realm({"quantize", write("text", "no model"), out, "Q8_0"}), 4));
  const Outcome full = realm({"quantize", in, out, "Q8_0"}, {.file_bytes = 10000});
  EXPECT_TRUE(ended_with(full, 1));
  EXPECT_TRUE(contains(full.err, "out.gguf: cannot write: ")) << full.err;
  EXPECT_EQ(names(), (std::vector<std::string>{"in.gguf", "text"}));

  write("out.gguf", "mine");
  const Outcome there = realm({"quantize", in, out, "Q8_0"});
  EXPECT_TRUE(ended_with(there, 2));
  EXPECT_TRUE(contains(there.err, "--force")) << there.err;
  EXPECT_EQ(read_file(out), "mine");
  EXPECT_TRUE(ended_with(realm({"quantize", in, out, "Q8_0", "--force"}), 0));
  EXPECT_TRUE(ended_with(realm({"inspect", out}), 0));
}

TEST_F(QuantizeCommand, ProgressIsForTerminals) {
  const std::string in = model("in.gguf", 400);
  EXPECT_EQ(realm({"quantize", in, path("a.gguf"), "Q8_0"}).err, "");
  const Outcome seen = realm({"quantize", in, path("b.gguf"), "Q8_0"}, {.terminal = true});
  ASSERT_TRUE(ended_with(seen, 0));
  EXPECT_TRUE(contains(seen.out, "\r\x1b[K[####")) << seen.out;
  EXPECT_TRUE(contains(seen.out, "100 %")) << seen.out;
}

// Killed at 50 random moments, by surprise and by Ctrl-C, with and without an older file in its
// place: there is the whole new file, or what was there before, and nothing else.
TEST_F(QuantizeCommand, KilledAtAnyMomentLeavesNothingThatLooksWhole) {
  const std::string in = model("in.gguf", kSlowBuild ? 1000 : 12000);
  const std::string whole_path = path("whole"), out = path("out.gguf");
  const Outcome undisturbed = realm({"quantize", in, whole_path, "Q4_K_M", "-t", "2"});
  ASSERT_TRUE(ended_with(undisturbed, 0));
  const std::string whole = read_file(whole_path);
  fs::remove(whole_path);

  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> moment(0, 1.05 * undisturbed.seconds);
  int unfinished = 0;
  for (int i = 0; i < 50; ++i) {
    const bool older = i % 2 == 1;
    const bool polite = i % 5 == 4;
    fs::remove(out);
    if (older) write("out.gguf", "older");
    std::vector<std::string> words{"quantize", in, out, "Q4_K_M", "-t", "2"};
    if (older) words.emplace_back("--force");
    const Outcome run = realm(words, {.signal_after_seconds = moment(random),
                                      .signal_number = polite ? SIGINT : SIGKILL});
    for (const std::string& name : names()) {
      if (name == "in.gguf") continue;
      if (name != "out.gguf") {
        EXPECT_TRUE(name.ends_with(".part") && !polite) << name;
        EXPECT_TRUE(!gguf::File::open(path(name)) || read_file(path(name)) == whole) << name;
        fs::remove(path(name));
        continue;
      }
      const std::string found = read_file(out);
      EXPECT_TRUE(found == whole || (older && found == "older")) << found.size() << " bytes";
    }
    const bool made = fs::exists(out) && read_file(out) == whole;
    if (!made) ++unfinished;
    EXPECT_TRUE(made || run.exit_code != 0);
    if (polite && run.exit_code >= 0 && !made) {
      EXPECT_EQ(run.exit_code, 130) << run.err;
    }
  }
  EXPECT_GE(unfinished, 10);
}

}  // namespace
}  // namespace realm::testing
