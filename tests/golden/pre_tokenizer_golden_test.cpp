// Every row of the pre-tokenizers cuts hard texts where PyPI `tokenizers` cuts them with the
// published pipeline, and Gemma 4's kind of vocabulary gives its ids
// (tokenizers/pre_tokenizers.json and trained_gemma4.json, made by
// tests/oracle/pre_tokenizer_oracle.py --write).
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "realm/tokenizer.hpp"
#include "support/vocab_file.hpp"
#include "text/split/pre_tokenizer.hpp"

namespace realm {
namespace {

const std::string kFolder = REALM_SOURCE_DIR "/tests/golden/tokenizers/";

TEST(PreTokenizers, EveryRowCutsAsPublished) {
  const auto file =
      nlohmann::json::parse(testing::read_whole_file(kFolder + "pre_tokenizers.json"));
  const auto texts = file.at("texts").get<std::vector<std::string>>();
  ASSERT_GE(texts.size(), 200u);
  std::set<std::string> compared;
  for (const auto& [name, expected] : file.at("rows").items()) {
    const PreTokenizerRow* row = find_pre_tokenizer(name);
    ASSERT_TRUE(row) << name;
    const auto pre_tokenizer = PreTokenizer::create(*row);
    ASSERT_TRUE(pre_tokenizer) << pre_tokenizer.error().message;
    ASSERT_EQ(expected.size(), texts.size());
    std::vector<Span> words;
    for (size_t i = 0; i < texts.size(); ++i) {
      pre_tokenizer->split(texts[i], words);
      std::vector<size_t> bytes;
      for (const Span& word : words) bytes.push_back(word.end - word.begin);
      ASSERT_EQ(bytes, expected[i].get<std::vector<size_t>>())
          << name << ": \"" << texts[i] << "\"";
    }
    compared.insert(name);
  }
  for (const PreTokenizerRow* row : pre_tokenizer_rows()) {
    EXPECT_TRUE(row->plain_text || compared.count(std::string(row->names[0])) > 0) << row->names[0];
  }
}

TEST(PreTokenizers, PlainTextVocabulariesGiveThePublishedIds) {
  const auto file =
      nlohmann::json::parse(testing::read_whole_file(kFolder + "trained_gemma4.json"));
  const auto tokenizer = Tokenizer::create(testing::vocab_of_json(file));
  ASSERT_TRUE(tokenizer) << tokenizer.error().message;
  ASSERT_GE(file.at("cases").size(), 500u);
  for (const auto& row : file.at("cases")) {
    const auto text = row.at("text").get<std::string>();
    const auto ids = tokenizer->encode(text, {.add_special = false});
    ASSERT_TRUE(ids) << ids.error().message;
    std::vector<int32_t> found;
    for (const TokenId id : *ids) found.push_back(index(id));
    ASSERT_EQ(found, row.at("ids").get<std::vector<int32_t>>()) << row.at("text");
    if (text.find("\u2581") != std::string::npos) continue;  // comes back as a space
    EXPECT_EQ(tokenizer->decode(*ids), text);
  }
}

}  // namespace
}  // namespace realm
