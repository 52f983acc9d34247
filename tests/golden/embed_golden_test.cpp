// Embeddings against PyPI transformers' on the models of tests/golden/embed, which the oracle
// script (tests/oracle/embed_oracle.py) wrote; and what no batch may change.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "model/tiny/tiny_model.hpp"
#include "realm/embedder.hpp"

namespace realm {
namespace {

struct Golden {
  const char* name;
  Pooling pooling;
};
constexpr Golden kGoldens[] = {{"bert-F32-mean", Pooling::kMean},
                               {"bert-Q8_0-cls", Pooling::kCls},
                               {"bert-Q4_K-mean", Pooling::kMean}};

std::string path_of(const std::string& name) {
  return std::string(REALM_SOURCE_DIR) + "/tests/golden/embed/" + name;
}

nlohmann::json cases_of(const std::string& name) {
  std::ifstream file(path_of(name + ".json"));
  return nlohmann::json::parse(file);
}

std::vector<std::string> texts_of(const nlohmann::json& cases) {
  std::vector<std::string> texts;
  for (const auto& one : cases) texts.push_back(one.at("text"));
  return texts;
}

std::unique_ptr<Embedder> open(const std::string& name, const EmbedderOptions& options) {
  auto opened = Embedder::open(path_of(name + ".gguf"), options);
  EXPECT_TRUE(opened) << opened.error().message;
  return opened ? std::move(*opened) : nullptr;
}

class EmbedderGolden : public ::testing::TestWithParam<Golden> {
 protected:
  void judge(const std::string& device) {
    const auto cases = cases_of(GetParam().name);
    const auto embedder = open(GetParam().name, {.device = device, .normalize = false});
    ASSERT_NE(embedder, nullptr);
    EXPECT_EQ(embedder->pooling(), GetParam().pooling);
    const auto found = embedder->embed(texts_of(cases));
    ASSERT_TRUE(found) << found.error().message;
    double low = 0, high = 0, most = 0, squares = 0, errors = 0;
    for (size_t i = 0; i < cases.size(); ++i) {
      const auto expected = cases[i].at("embedding").get<std::vector<double>>();
      const Embedding& one = (*found)[i];
      EXPECT_EQ(one.tokens, cases[i].at("tokens").get<int32_t>());
      ASSERT_EQ(one.values.size(), expected.size());
      for (size_t c = 0; c < expected.size(); ++c) {
        low = std::min(low, expected[c]);
        high = std::max(high, expected[c]);
        const double error = expected[c] - one.values[c];
        most = std::max(most, std::fabs(error));
        squares += expected[c] * expected[c];
        errors += error * error;
      }
    }
    std::printf("%s on %s: max %.1e of the range, NMSE %.1e\n", GetParam().name, device.c_str(),
                most / (high - low), errors / squares);
    if (device == "reference") {
      EXPECT_LT(most, 1e-3 * (high - low));
    } else {
      EXPECT_LT(errors, 1e-3 * squares);
    }
  }
};

TEST_P(EmbedderGolden, ReferenceIsWithinAThousandthOfTheRange) { judge("reference"); }
TEST_P(EmbedderGolden, CpuErrorIsSmall) { judge("cpu"); }

TEST_P(EmbedderGolden, BatchesChangeNoBits) {
  const auto texts = texts_of(cases_of(GetParam().name));
  const auto together = open(GetParam().name, {.device = "cpu"});
  // A batch of a few tokens still takes whole texts.
  const auto few = open(GetParam().name, {.device = "cpu", .threads = 1, .batch_tokens = 8});
  ASSERT_TRUE(together && few);
  const auto all = together->embed(texts);
  const auto others = few->embed(texts);
  ASSERT_TRUE(all && others);
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto alone = together->embed(std::span(texts).subspan(i, 1));
    ASSERT_TRUE(alone);
    EXPECT_EQ((*alone)[0].values, (*all)[i].values) << i;
    EXPECT_EQ((*others)[i].values, (*all)[i].values) << i;
    double squares = 0;
    for (const float v : (*all)[i].values) squares += static_cast<double>(v) * v;
    EXPECT_NEAR(squares, 1, 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, EmbedderGolden, ::testing::ValuesIn(kGoldens),
                         [](const auto& param) {
                           std::string name = param.param.name;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Embedder, PoolsAsAsked) {
  const std::vector<std::string> texts = {"the license", "", "of the work"};
  const auto open_with = [](Pooling pooling) {
    return open("bert-F32-mean", {.device = "cpu", .pooling = pooling, .normalize = false});
  };
  const auto rows = open_with(Pooling::kNone)->embed(texts);
  const auto mean = open_with(Pooling::kMean)->embed(texts);
  const auto first = open_with(Pooling::kCls)->embed(texts);
  const auto last = open_with(Pooling::kLast)->embed(texts);
  ASSERT_TRUE(rows && mean && first && last);
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto& all = (*rows)[i].values;
    const auto n = static_cast<size_t>((*rows)[i].tokens);
    const size_t dim = all.size() / n;
    for (size_t c = 0; c < dim; ++c) {
      double sum = 0;
      for (size_t t = 0; t < n; ++t) sum += all[t * dim + c];
      EXPECT_FLOAT_EQ((*mean)[i].values[c], static_cast<float>(sum / static_cast<double>(n)));
      EXPECT_EQ((*first)[i].values[c], all[c]);
      EXPECT_EQ((*last)[i].values[c], all[(n - 1) * dim + c]);
    }
  }
}

// A decoder keeps keys and values: a text may go through several steps, and end in any of them.
TEST(Embedder, StepsOfADecoderChangeNoBits) {
  const std::string path = ::testing::TempDir() + "embed_tiny.gguf";
  ASSERT_TRUE(tiny::write(path, {}));
  const std::vector<std::string> texts = {"a", std::string(99, 'b'), "cd", "efgh " + path};
  for (const Pooling pooling : {Pooling::kMean, Pooling::kLast, Pooling::kCls, Pooling::kNone}) {
    const auto whole = Embedder::open(path, {.device = "cpu", .pooling = pooling});
    const auto steps =
        Embedder::open(path, {.device = "cpu", .batch_tokens = 7, .pooling = pooling});
    ASSERT_TRUE(whole && steps);
    const auto want = (*whole)->embed(texts);
    const auto found = (*steps)->embed(texts);
    ASSERT_TRUE(want && found);
    for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ((*want)[i].values, (*found)[i].values) << i;
  }
  std::remove(path.c_str());
}

TEST(Embedder, RefusesATextBeyondTheContext) {
  const auto embedder = open("bert-F32-mean", {.device = "cpu", .context_tokens = 8});
  ASSERT_NE(embedder, nullptr);
  const std::vector<std::string> fits = {". . . . . ."};
  EXPECT_TRUE(embedder->embed(fits));
  const std::vector<std::string> texts = {".", ". . . . . . ."};
  const auto refused = embedder->embed(texts);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
  EXPECT_NE(refused.error().message.find("text 2 has 9 tokens, the context holds 8"),
            std::string::npos)
      << refused.error().message;
}

}  // namespace
}  // namespace realm
