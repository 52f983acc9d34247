// What files of Gemma leave out, and what of other families' files the loader has to know.
#include "model/families/gemma_config.hpp"
#include "model/tiny/loader_fixture.hpp"

namespace realm::tiny {
namespace {

using gguf::Value;

gguf::Metadata metadata_of(const std::string& architecture,
                           const std::map<std::string, Value>& numbers) {
  std::map<std::string, Value> all = {
      {"context_length", uint32_t{8192}},         {"block_count", uint32_t{8}},
      {"embedding_length", uint32_t{4608}},       {"feed_forward_length", uint32_t{64}},
      {"attention.head_count", uint32_t{32}},     {"attention.head_count_kv", uint32_t{16}},
      {"attention.key_length", uint32_t{128}},    {"attention.value_length", uint32_t{128}},
      {"attention.layer_norm_rms_epsilon", 1e-6f}};
  for (const auto& [key, value] : numbers) all.insert_or_assign(key, value);
  gguf::Metadata metadata;
  for (const auto& [key, value] : all) metadata.add(architecture + "." + key, value, 0);
  return metadata;
}

Result<Config> gemma2(const std::map<std::string, Value>& numbers) {
  return families::read_gemma2_config(metadata_of("gemma2", numbers), "gemma2", RopePairs::kHalves);
}
Result<Config> gemma3(const std::map<std::string, Value>& numbers) {
  return families::read_gemma3_config(metadata_of("gemma3", numbers), "gemma3", RopePairs::kHalves);
}

std::vector<int32_t> windows_of(const Config& config) {
  std::vector<int32_t> out;
  for (const LayerConfig& layer : config.layers) out.push_back(layer.window);
  return out;
}

std::vector<bool> local_of(const Config& config) {
  std::vector<bool> out;
  for (const LayerConfig& layer : config.layers) out.push_back(layer.local_rope);
  return out;
}

TEST(GemmaConfig, Gemma2WithoutKeysIsThePublishedModel) {
  const auto c = gemma2({});
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(c->attention_softcap, 50.0f);
  EXPECT_EQ(c->logit_softcap, 30.0f);
  EXPECT_EQ(windows_of(*c), (std::vector<int32_t>{4096, 0, 4096, 0, 4096, 0, 4096, 0}));
  EXPECT_FLOAT_EQ(c->embedding_scale, 67.882251f);    // sqrt(4608)
  EXPECT_FLOAT_EQ(c->attention_scale, 0.088388348f);  // 1 / sqrt(128)
  EXPECT_EQ(c->rope.base, 10000.0);
  EXPECT_EQ(c->local_rope.dims, 0);
}

TEST(GemmaConfig, ScoresOfThe27BModelsAreScaledByTheEmbeddingsShare) {
  const auto second = gemma2({{"block_count", uint32_t{46}}});
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_FLOAT_EQ(second->attention_scale, 1.0f / 12);  // 4608 / 32 = 144
  const auto third = gemma3({{"block_count", uint32_t{62}}, {"embedding_length", uint32_t{5376}}});
  ASSERT_TRUE(third) << third.error().message;
  EXPECT_FLOAT_EQ(third->attention_scale, 0.077151675f);  // 1 / sqrt(5376 / 32)
  // What the file says counts.
  const auto told = gemma2({{"block_count", uint32_t{46}}, {"attention.scale", 0.5f}});
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->attention_scale, 0.5f);
}

TEST(GemmaConfig, Gemma3SeesEverythingOnEverySixthLayer) {
  const auto c = gemma3({{"attention.sliding_window", uint32_t{512}},
                         {"rope.freq_base", 1e6f},
                         {"rope.scaling.type", "linear"},
                         {"rope.scaling.factor", 8.0f}});
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(windows_of(*c), (std::vector<int32_t>{512, 512, 512, 512, 512, 0, 512, 512}));
  EXPECT_EQ(local_of(*c), (std::vector<bool>{true, true, true, true, true, false, true, true}));
  EXPECT_EQ(c->rope.base, 1e6);
  EXPECT_EQ(c->rope.factor, 8.0);
  EXPECT_EQ(c->local_rope.base, 10000.0);
  EXPECT_EQ(c->local_rope.factor, 1.0);
  EXPECT_EQ(c->local_rope.dims, c->rope.dims);
  EXPECT_EQ(c->attention_softcap, 0.0f);
  EXPECT_EQ(c->logit_softcap, 0.0f);
}

TEST(GemmaConfig, ThePatternMayStandInTheFile) {
  const bool flags[] = {true, false, false, true, true, false, true, true};
  auto c = gemma3({{"attention.sliding_window", uint32_t{9}},
                   {"attention.sliding_window_pattern", gguf::Array::of_numbers<bool>(flags)},
                   {"rope.freq_base_swa", 500.0f}});
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(windows_of(*c), (std::vector<int32_t>{9, 0, 0, 9, 9, 0, 9, 9}));
  EXPECT_EQ(c->local_rope.base, 500.0);
  c = gemma3({{"attention.sliding_window", uint32_t{9}},
              {"attention.sliding_window_pattern", uint32_t{3}}});
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(windows_of(*c), (std::vector<int32_t>{9, 9, 0, 9, 9, 0, 9, 9}));
  c = gemma3({{"attention.sliding_window", uint32_t{9}},
              {"attention.sliding_window_pattern",
               gguf::Array::of_numbers<bool>(std::span<const bool>(flags, 7))}});
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().message, "key gemma3.attention.sliding_window_pattern: 7 layers, expected 8");
}

TEST(GemmaConfig, Gemma3WithoutAWindowTurnsEveryLayerAlike) {
  const auto c = gemma3({});
  ASSERT_TRUE(c) << c.error().message;
  EXPECT_EQ(windows_of(*c), std::vector<int32_t>(8, 0));
  EXPECT_EQ(local_of(*c), std::vector<bool>(8, false));
  EXPECT_EQ(c->local_rope.dims, 0);
}

// A plain decoder has one rotary base and no caps: it must not pass over these keys.
TEST_F(Loader, KeysOfOtherFamiliesAreRefused) {
  for (const std::string key :
       {"attn_logit_softcapping", "final_logit_softcapping", "rope.freq_base_swa"}) {
    Spec spec;
    spec.override_keys.emplace("llama." + key, 20.0f);
    EXPECT_EQ(refusal(spec, Code::kUnsupported),
              "key llama." + key + ": 20 asks for what this build does not do");
  }
}

TEST_F(Loader, AFamilysOwnTensorsAreNamedWhenMissing) {
  Spec spec;
  spec.architecture = "qwen3";
  EXPECT_NE(refusal(spec, Code::kCorruptFile).find("blk.0.attn_q_norm.weight"), std::string::npos);
  spec.architecture = "gemma2";
  EXPECT_NE(refusal(spec, Code::kCorruptFile).find("blk.0.post_attention_norm.weight"),
            std::string::npos);
}

TEST_F(Loader, AnEmbeddingMayHaveMoreRowsThanTheVocabularyTokens) {
  Spec spec;
  spec.drop_keys = {"llama.vocab_size"};
  spec.edit_tensor = [](const std::string& name, Shape& shape) {
    if (name == "token_embd.weight") shape = Shape{kVocabSize + 28, shape.cols()};
    return true;
  };
  const auto loaded = load(spec);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->runner->limits().vocab_size, kVocabSize + 28);
  EXPECT_EQ(loaded->tokenizer->vocab_size(), static_cast<size_t>(kVocabSize));
}

}  // namespace
}  // namespace realm::tiny
