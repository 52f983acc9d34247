// realm bench from outside, on synthetic models: what is measured, saved and refused.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "cli.hpp"

namespace realm::testing {
namespace {

using nlohmann::json;

class BenchSynthetic : public Scratch {
 protected:
  // Short: what is fast is measured elsewhere.
  static Outcome bench(std::vector<std::string> words) {
    words.insert(words.begin(), "bench");
    for (const char* word : {"-t", "1", "-r", "1", "--no-ceilings"}) words.emplace_back(word);
    return realm(words);
  }
};

TEST_F(BenchSynthetic, MeasuresARandomModel) {
  const Outcome run = bench({"--synthetic", "tiny:Q4_K_M", "-p", "8", "-n", "2", "--json"});
  ASSERT_TRUE(ended_with(run, 0));
  const json out = json::parse(run.out);
  EXPECT_EQ(out.at("model").at("name"), "tiny Q4_K_M, random, seed 1");
  EXPECT_EQ(out.at("model").at("path"), "");
  EXPECT_EQ(out.at("measurements").size(), 2u);
  EXPECT_TRUE(contains(run.err, "synthetic tiny Q4_K_M, seed 1")) << run.err;
}

TEST_F(BenchSynthetic, SavedModelRunsAndIsTheSameForOneSeed) {
  const std::string a = path("a.gguf"), b = path("b.gguf"), c = path("c.gguf");
  for (const auto& [file, seed] : {std::pair(a, "7"), std::pair(b, "7"), std::pair(c, "8")}) {
    const Outcome saved =
        bench({"--synthetic", "tiny:Q6_K", "--seed", seed, "--save", file, "-p", "0", "-n", "0"});
    ASSERT_TRUE(ended_with(saved, 0));
    EXPECT_EQ(saved.out, "");
  }
  EXPECT_EQ(read_file(a), read_file(b));
  EXPECT_NE(read_file(a), read_file(c));
  const Outcome text =
      realm({"run", a, "--raw", "hello world", "-n", "4", "--temperature", "0", "-t", "1"});
  ASSERT_TRUE(ended_with(text, 0));
  const Outcome measured = bench({a, "-p", "4", "-n", "1"});
  ASSERT_TRUE(ended_with(measured, 0));
  EXPECT_TRUE(contains(measured.out, "tiny Q6_K, random, seed 7")) << measured.out;
  const Outcome again = bench({"--synthetic", "tiny:Q6_K", "--save", a, "-p", "0", "-n", "0"});
  EXPECT_TRUE(ended_with(again, 2));
  EXPECT_TRUE(contains(again.err, "is there already")) << again.err;
}

TEST_F(BenchSynthetic, RowsOfDepthsAndBatches) {
  const Outcome run = bench({"--synthetic", "tiny:Q8_0", "-p", "4", "-n", "2", "-d", "9,0", "-b",
                             "1,3", "--kv", "f32", "--format", "csv"});
  ASSERT_TRUE(ended_with(run, 0));
  std::istringstream lines(run.out);
  std::vector<std::string> beginnings;
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(std::count(line.begin(), line.end(), ','), 5) << line;
    size_t end = 0;
    for (int i = 0; i < 4; ++i) end = line.find(',', end + 1);
    beginnings.push_back(line.substr(0, end));
  }
  EXPECT_EQ(beginnings, (std::vector<std::string>{"kind,tokens,depth,sequences", "prompt,4,0,1",
                                                  "decode,2,0,1", "decode,2,0,3", "prompt,4,9,1",
                                                  "decode,2,9,1", "decode,2,9,3"}));
}

TEST_F(BenchSynthetic, SaysHowNearTheCeilingsItIs) {
  const Outcome run = realm({"bench", "--synthetic", "tiny:Q4_0", "-p", "8", "-n", "2", "-t", "1",
                             "-r", "1", "--json", "--device", "cpu"});
  ASSERT_TRUE(ended_with(run, 0));
  const json out = json::parse(run.out);
  EXPECT_EQ(out.at("kv"), "F16");
  for (const char* key :
       {"read_bytes_per_second", "int8_macs_per_second", "float_macs_per_second"}) {
    EXPECT_GT(out.at("ceilings").at(key), 1e6) << key;
  }
  EXPECT_GT(out.at("measurements")[0].at("multiply_percent"), 0);
  EXPECT_FALSE(out.at("measurements")[0].contains("read_percent"));
  EXPECT_GT(out.at("measurements")[1].at("read_percent"), 0);
  const Outcome reference = realm({"bench", "--synthetic", "tiny:Q4_0", "-p", "2", "-n", "1", "-r",
                                   "1", "--device", "reference"});
  ASSERT_TRUE(ended_with(reference, 0));
  EXPECT_TRUE(contains(reference.err, "no percentages")) << reference.err;
}

TEST_F(BenchSynthetic, DrawsAPlot) {
  const std::string file = path("speed.svg");
  const Outcome run = bench({"--synthetic", "tiny:Q4_0", "-p", "4", "-n", "2", "-d", "0,32",
                             "--format", "md", "--plot", file});
  ASSERT_TRUE(ended_with(run, 0));
  EXPECT_TRUE(contains(run.out, "| prompt | 4 | 32 | 1 |")) << run.out;
  const std::string svg = read_file(file);
  for (const char* part :
       {"<svg ", "prompt (tokens/s)", "decode (tokens/s)", "context before (tokens)", "</svg>"}) {
    EXPECT_TRUE(contains(svg, part)) << part;
  }
  const Outcome nowhere =
      bench({"--synthetic", "tiny:Q4_0", "-p", "1", "-n", "0", "--plot", "/nonexistent/x.svg"});
  EXPECT_TRUE(ended_with(nowhere, 3));
}

TEST_F(BenchSynthetic, OpsHaveRowsForFormatsAndBatches) {
  const Outcome run = realm({"bench", "--ops", "--types", "Q4_K,F16", "-b", "1,40", "-r", "1", "-t",
                             "1", "--kv", "f16", "--device", "cpu", "--json", "--no-ceilings"});
  ASSERT_TRUE(ended_with(run, 0));
  const json out = json::parse(run.out);
  EXPECT_FALSE(out.contains("ceilings"));
  std::map<std::string, int> rows;
  for (const json& row : out.at("ops")) {
    const std::string op = row.at("op");
    ++rows[op + " " + row.at("format").get<std::string>()];
    EXPECT_GT(row.at("microseconds"), 0) << row;
    EXPECT_GT(row.at("gbytes_per_second"), 0) << row;
    EXPECT_EQ(row.contains("gmacs_per_second"), op == "linear" || op == "attention") << row;
    EXPECT_FALSE(row.contains("read_percent")) << row;
  }
  const std::map<std::string, int> expected = {
      {"linear Q4_K", 2},  {"linear F16", 2},    {"embed Q4_K", 2},   {"embed F16", 2},
      {"kv_write F16", 2}, {"attention F16", 2}, {"rms_norm F32", 2}, {"softmax F32", 2},
      {"add F32", 2},      {"act_mul F32", 2}};
  EXPECT_EQ(rows, expected);
}

TEST_F(BenchSynthetic, RefusesWhatMakesNoSense) {
  const struct {
    std::vector<std::string> words;
    int exit_code;
    const char* says;
  } cases[] = {
      {{}, 2, "MODEL or --synthetic"},
      {{"model.gguf", "--synthetic", "tiny:Q4_0"}, 2, "one of them is measured"},
      {{"model.gguf", "--save", "x.gguf"}, 2, "--save belongs to --synthetic"},
      {{"model.gguf", "--seed", "1"}, 2, "--seed belongs to --synthetic"},
      {{"--synthetic", "huge:Q4_0"}, 2, "--synthetic: no shape \"huge\"; there are tiny, "},
      {{"--synthetic", "tiny:Q9"}, 2, "--synthetic: no type \"Q9\"; there are F32, "},
      {{"--synthetic", "tiny"}, 2, "SHAPE:TYPE is wanted"},
      {{"--synthetic", "tiny:Q4_0", "-p", "0", "-n", "0"}, 2, "nothing to measure"},
      {{"--ops", "--types", "Q4_K,Q9"}, 2, "--types: no weight format \"Q9\""},
      {{"--ops", "model.gguf"}, 2, "--ops measures kernels"},
      {{"model.gguf", "--types", "Q4_K"}, 2, "--types belongs to --ops"},
      {{"--synthetic", "tiny:Q4_0", "-d", "0,x"}, 2, "--depth: \"x\" is not a whole number"},
      {{"--synthetic", "tiny:Q4_0", "-b", "1,0"}, 2, "--batch: must be between 1"},
      {{"--synthetic", "tiny:Q4_0", "--format", "xml"}, 2, "is not one of text, md, json, csv"},
      {{"--synthetic", "tiny:Q4_0", "--format", "md", "--json"}, 2, "say different things"},
      {{"--synthetic", "tiny:Q4_0", "-d", "4096"}, 2, "the model's is 2048"},
      {{"--synthetic", "tiny:Q4_0", "--save", "/nonexistent/x.gguf"}, 3, "/nonexistent/x.gguf"},
  };
  for (const auto& row : cases) {
    const Outcome run = bench(row.words);
    EXPECT_TRUE(ended_with(run, row.exit_code)) << row.says;
    EXPECT_TRUE(contains(run.err, row.says)) << run.err << " lacks " << row.says;
    EXPECT_EQ(run.out, "");
  }
}

// 282 GB of weights: refused by the plan, before anything is made or taken.
TEST_F(BenchSynthetic, SaysWhereThereIsNoRoom) {
  const auto pages = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES));
  if (pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) > 280000000000u) {
    GTEST_SKIP() << "this machine has room for the largest model";
  }
  const Outcome run = bench({"--synthetic", "llama-70b:F32", "-p", "8", "-n", "0"});
  EXPECT_TRUE(ended_with(run, 5));
  EXPECT_TRUE(contains(run.err, "weights 262.8 GiB")) << run.err;
}

}  // namespace
}  // namespace realm::testing
