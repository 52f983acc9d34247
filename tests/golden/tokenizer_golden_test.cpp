// Ids equal those of other tokenizers: of llama.cpp on its own vocabularies and 46 texts
// (tokenizers/*.gguf), and of PyPI `tokenizers` and `sentencepiece` on small vocabularies trained
// by them and random strings (the JSON files; tests/oracle/*_oracle.py --write makes them).
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "realm/tokenizer.hpp"
#include "support/vocab_file.hpp"

namespace realm {
namespace {

const std::string kFolder = REALM_SOURCE_DIR "/tests/golden/tokenizers/";

std::vector<int32_t> numbers(const std::vector<TokenId>& ids) {
  std::vector<int32_t> out;
  for (const TokenId id : ids) out.push_back(index(id));
  return out;
}

std::vector<std::string> texts_of(const std::string& file) {
  const std::string separator = "\n__ggml_vocab_test__\n";
  std::vector<std::string> texts;
  for (size_t at = 0;;) {
    const size_t end = file.find(separator, at);
    if (end == std::string::npos) break;  // what follows the last separator is no text
    texts.push_back(file.substr(at, end - at));
    at = end + separator.size();
  }
  return texts;
}

std::vector<std::vector<int32_t>> ids_of(const std::string& file) {
  std::vector<std::vector<int32_t>> lines;
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    lines.emplace_back();
    for (int32_t id = 0; words >> id;) lines.back().push_back(id);
  }
  return lines;
}

class GgmlVocab : public ::testing::TestWithParam<const char*> {};

TEST_P(GgmlVocab, IdsEqualGoldens) {
  const std::string path = kFolder + GetParam();
  const auto tokenizer = Tokenizer::create(testing::read_vocab(path));
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const auto texts = texts_of(testing::read_whole_file(path + ".inp"));
  const auto expected = ids_of(testing::read_whole_file(path + ".out"));
  ASSERT_EQ(texts.size(), 46u);
  ASSERT_EQ(expected.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto ids = tokenizer->encode(texts[i], {.add_special = false});
    ASSERT_TRUE(ids) << ids.error().message;
    EXPECT_EQ(numbers(*ids), expected[i]) << "text " << i << ": \"" << texts[i] << "\"";
    EXPECT_EQ(tokenizer->decode(*ids), texts[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Files, GgmlVocab,
                         ::testing::Values("ggml-vocab-gpt-2.gguf", "ggml-vocab-llama-spm.gguf"),
                         [](const auto& row) {
                           return std::string(row.index == 0 ? "gpt2" : "llama_spm");
                         });

class Trained : public ::testing::TestWithParam<const char*> {};

TEST_P(Trained, IdsEqualGoldens) {
  const auto file =
      nlohmann::json::parse(testing::read_whole_file(kFolder + "trained_" + GetParam() + ".json"));
  const auto tokenizer = Tokenizer::create(testing::vocab_of_json(file));
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const auto& cases = file.at("cases");
  ASSERT_GE(cases.size(), 500u);
  size_t differing_by_mode = 0;
  for (const auto& row : cases) {
    const auto text = row.at("text").get<std::string>();
    const auto plain = tokenizer->encode(text, {.add_special = false});
    const auto parsed = tokenizer->encode(text, {.add_special = false, .parse_special = true});
    ASSERT_TRUE(plain && parsed);
    EXPECT_EQ(numbers(*plain), row.at("ids").get<std::vector<int32_t>>()) << row.at("text");
    const auto& expected = row.contains("parsed_ids") ? row.at("parsed_ids") : row.at("ids");
    EXPECT_EQ(numbers(*parsed), expected.get<std::vector<int32_t>>()) << row.at("text");
    differing_by_mode += row.contains("parsed_ids");
    EXPECT_EQ(tokenizer->decode(*plain), text);
    EXPECT_EQ(tokenizer->decode(*parsed, {.render_special = true}), text);
  }
  EXPECT_GT(differing_by_mode, 20u);
}

std::string name_of(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}
INSTANTIATE_TEST_SUITE_P(Pre, Trained, ::testing::Values("gpt2", "llama-bpe", "smollm"), name_of);

// Of the kinds that may normalize: not every text comes back as it was.
class OtherKinds : public ::testing::TestWithParam<const char*> {};

TEST_P(OtherKinds, IdsEqualGoldens) {
  const auto file = nlohmann::json::parse(testing::read_whole_file(kFolder + GetParam() + ".json"));
  const auto tokenizer = Tokenizer::create(testing::vocab_of_json(file));
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  const auto& cases = file.at("cases");
  ASSERT_GE(cases.size(), 400u);
  const bool parses = file.at("model") == "bert";  // sentencepiece knows no control tokens in texts
  for (const auto& row : cases) {
    const auto text = row.at("text").get<std::string>();
    const auto plain = tokenizer->encode(text, {.add_special = false});
    const auto parsed = tokenizer->encode(text, {.add_special = false, .parse_special = true});
    ASSERT_TRUE(plain && parsed);
    EXPECT_EQ(numbers(*plain), row.at("ids").get<std::vector<int32_t>>()) << row.at("text");
    if (!parses) continue;
    const auto& expected = row.contains("parsed_ids") ? row.at("parsed_ids") : row.at("ids");
    EXPECT_EQ(numbers(*parsed), expected.get<std::vector<int32_t>>()) << row.at("text");
  }
}

INSTANTIATE_TEST_SUITE_P(Files, OtherKinds,
                         ::testing::Values("wordpiece_uncased", "wordpiece_cased",
                                           "wordpiece_accents", "sentencepiece_unigram",
                                           "sentencepiece_unigram_plain", "sentencepiece_bpe_bytes",
                                           "sentencepiece_bpe_no_prefix"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace realm
