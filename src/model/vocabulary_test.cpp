#include "model/load/vocabulary.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace realm {
namespace {

class Keys {
 public:
  Keys& add(const std::string& key, gguf::Value value) {
    EXPECT_TRUE(metadata_.add("tokenizer.ggml." + key, std::move(value), 0));
    return *this;
  }
  template <class T>
  Keys& add_numbers(const std::string& key, std::vector<T> numbers) {
    return add(key, gguf::Array::of_numbers<T>(numbers));
  }
  VocabData read() const {
    auto vocab = read_vocab(metadata_);
    if (!vocab || !*vocab) {
      ADD_FAILURE() << (vocab ? "no vocabulary" : vocab.error().message);
      return {};
    }
    return **std::move(vocab);
  }
  gguf::Metadata metadata_;
};

TEST(Vocabulary, EveryKeyReachesTheTokenizer) {
  Keys keys;
  keys.add("model", "t5").add("seperator_token_id", uint32_t{3}).add("cls_token_id", int32_t{4});
  keys.add("mask_token_id", uint32_t{5}).add("add_sep_token", true);
  keys.add("remove_extra_whitespaces", false).add("add_space_prefix", true);
  keys.add("normalizer.lowercase", true).add("normalizer.strip_accents", false);
  const VocabData vocab = keys.read();
  EXPECT_EQ(vocab.model, "t5");
  EXPECT_EQ(vocab.sep, 3u);
  EXPECT_EQ(vocab.cls, 4u);
  EXPECT_EQ(vocab.mask, 5u);
  EXPECT_EQ(vocab.add_sep, true);
  EXPECT_EQ(vocab.remove_extra_whitespaces, false);
  EXPECT_EQ(vocab.add_space_prefix, true);
  EXPECT_EQ(vocab.lowercase, true);
  EXPECT_EQ(vocab.strip_accents, false);
  EXPECT_FALSE(vocab.bos || vocab.add_bos);
  EXPECT_EQ(Keys().add("model", "bert").add("separator_token_id", uint32_t{7}).read().sep, 7u);
}

TEST(Vocabulary, TheCharacterMapIsBytesOfEitherSign) {
  const std::string expected = "\x01\xFF\x80";
  EXPECT_EQ(Keys()
                .add("model", "t5")
                .add_numbers<uint8_t>("precompiled_charsmap", {1, 255, 128})
                .read()
                .precompiled_charsmap,
            expected);
  EXPECT_EQ(Keys()
                .add("model", "t5")
                .add_numbers<int8_t>("precompiled_charsmap", {1, -1, -128})
                .read()
                .precompiled_charsmap,
            expected);
  const auto spoiled = read_vocab(
      Keys().add("model", "t5").add_numbers<uint16_t>("precompiled_charsmap", {256}).metadata_);
  ASSERT_FALSE(spoiled);
  EXPECT_EQ(spoiled.error().code, Code::kCorruptFile);
}

TEST(Vocabulary, AFileMayHaveNone) {
  for (const char* model : {"none", "no_vocab"}) {
    const auto vocab = read_vocab(Keys().add("model", model).metadata_);
    ASSERT_TRUE(vocab);
    EXPECT_FALSE(vocab->has_value()) << model;
  }
}

}  // namespace
}  // namespace realm
