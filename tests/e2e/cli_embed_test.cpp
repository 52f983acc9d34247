// realm embed: vectors of golden models through the program, and what it refuses.
#include <cmath>
#include <sstream>

#include "cli.hpp"
#include "model/tiny/tiny_model.hpp"

namespace realm::testing {
namespace {

using nlohmann::json;

const std::string kFolder = REALM_SOURCE_DIR "/tests/golden/embed/";
const std::string kModel = kFolder + "bert-F32-mean.gguf";

std::vector<double> numbers_of(const std::string& line) {
  std::istringstream in(line);
  std::vector<double> out;
  for (double v = 0; in >> v;) out.push_back(v);
  return out;
}

TEST(EmbedCommand, PrintsALineForEveryLine) {
  const json cases = json::parse(read_file(kFolder + "bert-F32-mean.json"));
  std::string input;
  for (const json& one : cases) input += one.at("text").get<std::string>() + "\r\n";
  const Outcome plain = realm({"embed", kModel, "--raw"}, {.input = input});
  const Outcome arrays = realm({"embed", kModel, "--raw", "--json", "-f", "-"}, {.input = input});
  ASSERT_TRUE(ended_with(plain, 0));
  ASSERT_TRUE(ended_with(arrays, 0));
  std::istringstream lines(plain.out), json_lines(arrays.out);
  for (const json& one : cases) {
    std::string line, array;
    ASSERT_TRUE(std::getline(lines, line));
    ASSERT_TRUE(std::getline(json_lines, array));
    const auto found = numbers_of(line);
    const auto expected = one.at("embedding").get<std::vector<double>>();
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4);
    EXPECT_EQ(json::parse(array).get<std::vector<double>>(), found);
  }
  std::string more;
  EXPECT_FALSE(std::getline(lines, more));
  EXPECT_EQ(realm({"embed", kModel}, {.input = ""}).out, "");
}

TEST(EmbedCommand, TakesOneTextAndMakesItsVectorOfLengthOne) {
  const Outcome run = realm({"embed", kModel, "the license\nof the work", "--json"});
  ASSERT_TRUE(ended_with(run, 0));
  double squares = 0;
  for (const double v : json::parse(run.out).get<std::vector<double>>()) squares += v * v;
  EXPECT_NEAR(squares, 1, 1e-5);
  const Outcome rows = realm({"embed", kModel, "", "--pooling", "none"});  // [CLS] [SEP]
  EXPECT_EQ(std::count(rows.out.begin(), rows.out.end(), '\n'), 3) << rows.out;
  const Outcome arrays = realm({"embed", kModel, "", "--pooling", "none", "--json"});
  EXPECT_EQ(json::parse(arrays.out).size(), 2u);
}

TEST(EmbedCommand, RefusesByName) {
  const auto expect = [](const Outcome& run, int code, const std::string& says) {
    EXPECT_TRUE(ended_with(run, code));
    EXPECT_TRUE(contains(run.err, says)) << run.err << " lacks " << says;
    EXPECT_EQ(run.out, "");
  };
  expect(realm({"embed", kModel, "a", "-f", "b"}), 2, "which one?");
  expect(realm({"embed", kModel, "a", "--pooling", "max"}), 2, "none, mean, cls, last");
  expect(realm({"embed", kModel, ". . . .", "-c", "5"}), 2,
         "text 1 has 6 tokens, the context holds 5");
  expect(realm({"embed", kModel, "a", "-c", "71"}), 2, "the model's is 70");
  expect(realm({"run", kModel, "a"}), 4, "architecture bert makes embeddings");
}

class EmbedDecoder : public Scratch {};

TEST_F(EmbedDecoder, NeedsAPooling) {
  const std::string model = path("tiny.gguf");
  ASSERT_TRUE(tiny::write(model, {}));
  const Outcome run = realm({"embed", model, "a"});
  EXPECT_TRUE(ended_with(run, 4));
  EXPECT_TRUE(contains(run.err, "the file names no pooling (key llama.pooling_type)")) << run.err;
  const Outcome mean = realm({"embed", model, "a", "--pooling", "mean"});
  EXPECT_TRUE(ended_with(mean, 0));
  EXPECT_EQ(numbers_of(mean.out).size(), 64u);
}

}  // namespace
}  // namespace realm::testing
