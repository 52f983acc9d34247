// Files that a model cannot be loaded from: each refused at load, by name.
#include "model/loader.hpp"

#include <cmath>
#include <fstream>

#include "model/tiny/loader_fixture.hpp"

namespace realm::tiny {
namespace {

Spec with_key(const std::string& key, gguf::Value value) {
  Spec spec;
  spec.override_keys.emplace(key, std::move(value));
  return spec;
}

TEST_F(Loader, TellsWhatTheFileSays) {
  Spec spec;
  spec.chat_template = "{{ messages }}";
  spec.override_keys = {{"general.sampling.temp", 0.5f},
                        {"general.sampling.top_k", int32_t{7}},
                        {"general.sampling.top_p", 1.5f},  // no probability: as good as none
                        {"general.size_label", "12K"}};
  auto loaded = load(spec, {.max_sequences = 3});
  ASSERT_TRUE(loaded) << loaded.error().message;
  const ModelFacts& facts = loaded->facts;
  EXPECT_EQ(facts.architecture, "llama");
  EXPECT_EQ(facts.name, "tiny");
  EXPECT_EQ(facts.size_label, "12K");
  EXPECT_EQ(facts.chat_template, "{{ messages }}");
  EXPECT_EQ(facts.context_tokens, 256);
  EXPECT_EQ(facts.sampling.temperature, 0.5f);
  EXPECT_EQ(facts.sampling.top_k, 7);
  EXPECT_EQ(facts.sampling.top_p, std::nullopt);
  EXPECT_EQ(facts.sampling.min_p, std::nullopt);
  // 260 x 64, 64, and two layers of 2 x 64 + 2 x 64 x 64 + 2 x 32 x 64 + 3 x 96 x 64
  EXPECT_EQ(facts.parameters, 260 * 64 + 64 + 2 * (128 + 8192 + 4096 + 18432));
  EXPECT_EQ(facts.tensor_bytes, static_cast<uint64_t>(facts.parameters) * 4);
  ASSERT_TRUE(loaded->tokenizer);
  EXPECT_EQ(loaded->tokenizer->vocab_size(), static_cast<size_t>(kVocabSize));
  const StepLimits& limits = loaded->runner->limits();
  EXPECT_EQ(limits.vocab_size, kVocabSize);
  EXPECT_EQ(limits.context_tokens, 256);
  EXPECT_EQ(limits.n_blocks, 3 * 256 / limits.block_tokens);

  const auto text = load_text(path_);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(text->facts.name, "tiny");
  EXPECT_TRUE(text->tokenizer);
}

TEST_F(Loader, EveryTensorIsNeeded) {
  std::vector<std::string> names;
  Spec listing;
  listing.tied = false;
  listing.biases = true;
  listing.edit_tensor = [&](std::string& name, Shape&) {
    names.push_back(name);
    return true;
  };
  ASSERT_TRUE(load(listing));
  int needed = 0;
  for (const std::string& dropped : names) {
    // A bias or an untied head may be absent; what then stands in its place is another model.
    if (dropped.ends_with(".bias") || dropped == "output.weight") continue;
    Spec spec = listing;
    spec.edit_tensor = [&](std::string& name, Shape&) { return name != dropped; };
    EXPECT_EQ(refusal(spec, Code::kCorruptFile), "tensor " + dropped + ": missing");
    ++needed;
  }
  EXPECT_EQ(needed, 2 + 2 * 9);
}

TEST_F(Loader, EveryShapeIsChecked) {
  std::vector<std::string> names;
  Spec listing;
  listing.tied = false;
  listing.biases = true;
  listing.rope_divisors = true;
  listing.edit_tensor = [&](std::string& name, Shape&) {
    names.push_back(name);
    return true;
  };
  ASSERT_TRUE(load(listing));
  for (const std::string& edited : names) {
    for (const bool taller : {true, false}) {
      Spec spec = listing;
      std::string expected;
      spec.edit_tensor = [&](std::string& name, Shape& shape) {
        if (name != edited) return true;
        const std::string right = to_string(shape);
        if (shape.rank() == 1) {
          shape = taller ? Shape{shape[0] + 1} : Shape{1, shape[0]};
        } else {
          shape = taller ? Shape{shape[0] + 1, shape[1]} : Shape{shape[1], shape[0] + 1};
        }
        expected = "tensor " + name + ": found " + to_string(shape) + ", expected " + right;
        return true;
      };
      const std::string found = refusal(spec, Code::kCorruptFile);
      EXPECT_EQ(found, expected);
    }
  }
}

TEST_F(Loader, ATensorWithoutAPlaceIsRefused) {
  Spec spec;
  spec.edit_tensor = [](std::string& name, Shape&) {
    if (name == "blk.1.ffn_norm.weight") name = "blk.1.attn_q_norm.weight";
    return true;
  };
  EXPECT_EQ(refusal(spec, Code::kCorruptFile), "tensor blk.1.ffn_norm.weight: missing");
  Spec more;
  more.layers = 3;
  more.override_keys.emplace("llama.block_count", uint32_t{2});
  EXPECT_EQ(refusal(more, Code::kUnsupported),
            "tensor blk.2.attn_norm.weight: the architecture, as this build knows it, has no place "
            "for it");
}

TEST_F(Loader, ArchitecturesAreRefusedByName) {
  Spec spec;
  spec.architecture = "mamba";
  EXPECT_EQ(refusal(spec, Code::kUnsupported),
            "architecture \"mamba\" is not one of those this build runs: llama, qwen2, qwen3, "
            "gemma2, gemma3, phi3, bert");
  Spec none;
  none.drop_keys = {"general.architecture"};
  EXPECT_EQ(refusal(none, Code::kCorruptFile),
            "key general.architecture: missing, expected string");
}

TEST_F(Loader, EveryNeededKeyIsNamedWhenMissing) {
  for (const std::string key :
       {"context_length", "block_count", "embedding_length", "feed_forward_length",
        "attention.head_count", "attention.layer_norm_rms_epsilon"}) {
    Spec spec;
    spec.drop_keys = {"llama." + key};
    const std::string found = refusal(spec, Code::kCorruptFile);
    EXPECT_TRUE(found.starts_with("key llama." + key + ": missing")) << found;
  }
}

TEST_F(Loader, SenselessNumbersAreNamed) {
  const auto story = [&](const std::string& key, gguf::Value value,
                         Code code = Code::kCorruptFile) {
    const std::string found = refusal(with_key("llama." + key, std::move(value)), code);
    EXPECT_TRUE(found.starts_with("key llama." + key)) << found;
    const size_t colon = found.find(": ");
    return colon == std::string::npos ? found : found.substr(colon + 2);
  };
  EXPECT_EQ(story("block_count", uint32_t{0}), "0 is outside 1 ... 4096");
  EXPECT_EQ(story("block_count", UINT32_MAX), "4294967295 is outside 1 ... 4096");
  EXPECT_EQ(story("context_length", uint64_t{1} << 40), "1099511627776 is outside 1 ... 268435456");
  EXPECT_EQ(story("embedding_length", int32_t{-64}), "-64 is outside 1 ... 1048576");
  EXPECT_EQ(story("feed_forward_length", uint32_t{0}), "0 is outside 1 ... 1048576");
  EXPECT_EQ(story("attention.head_count", uint32_t{0}), "0 is outside 1 ... 1048576");
  EXPECT_EQ(story("attention.head_count_kv", uint32_t{3}), "3 does not divide 4 heads");
  EXPECT_EQ(story("attention.head_count_kv", uint32_t{0}), "0 is outside 1 ... 1048576");
  EXPECT_EQ(story("attention.key_length", uint32_t{1} << 30), "1073741824 is outside 2 ... 16384");
  EXPECT_EQ(story("attention.value_length", uint32_t{8}, Code::kUnsupported),
            "8 differs from attention.key_length 16");
  EXPECT_EQ(story("attention.layer_norm_rms_epsilon", -1.0f), "-1 is outside 0 ... 1");
  EXPECT_EQ(story("attention.layer_norm_rms_epsilon", NAN), "nan is outside 0 ... 1");
  EXPECT_EQ(story("rope.dimension_count", uint32_t{7}), "7 is odd");
  EXPECT_EQ(story("rope.dimension_count", uint32_t{18}), "18 is outside 2 ... 16");
  EXPECT_EQ(story("rope.freq_base", 0.0f), "0 is outside 1 ... 1e+15");
  EXPECT_EQ(story("rope.freq_base", INFINITY), "inf is outside 1 ... 1e+15");
  EXPECT_EQ(story("rope.scaling.type", "cubic", Code::kUnsupported),
            "\"cubic\" is not one of none, linear, yarn, llama3, longrope");
  EXPECT_EQ(story("rope.scaling.factor", 0.0f), "0 is outside 1e-06 ... 1e+06");
  EXPECT_EQ(story("vocab_size", uint32_t{100}),
            "100 rows of the embedding are less than the 260 tokens of the vocabulary");
  EXPECT_EQ(story("vocab_size", uint64_t{1} << 60),
            "1152921504606846976 is outside 1 ... 16777216");
  EXPECT_EQ(story("expert_count", uint32_t{8}, Code::kUnsupported),
            "8 asks for what this build does not do");
  EXPECT_EQ(story("attention.causal", false, Code::kUnsupported),
            "attention that looks ahead is not supported");
  EXPECT_NE(story("block_count", "two").find("found string"), std::string::npos);
}

TEST_F(Loader, ScaledRopeNeedsItsFactor) {
  Spec spec;
  spec.scaling = "yarn";
  const std::string found = refusal(spec, Code::kCorruptFile);
  EXPECT_TRUE(found.starts_with("key llama.rope.scaling.factor: missing")) << found;
}

TEST_F(Loader, LongRopeNeedsItsFactors) {
  const std::string found =
      refusal(with_key("llama.rope.scaling.type", "longrope"), Code::kCorruptFile);
  EXPECT_TRUE(found.starts_with("tensor rope_factors_short.weight: ")) << found;
}

TEST_F(Loader, DivisorsOfZeroAreNamed) {
  Spec spec;
  spec.rope_divisors = true;
  const auto model = write(path_, spec);
  ASSERT_TRUE(model);
  // The third divisor, found by its value, becomes zero.
  const float third = model->tensors.at("rope_freqs.weight").values[2];
  std::ifstream in(path_, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const size_t at = bytes.find(std::string(reinterpret_cast<const char*>(&third), sizeof third));
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, sizeof third, sizeof third, '\0');
  std::ofstream(path_, std::ios::binary) << bytes;
  const auto loaded = load_model(path_, *device_, {});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message,
            path_ + ": tensor rope_freqs.weight: element 2 is 0, expected more than 0");
}

TEST_F(Loader, AbsentFilesAreNotFound) {
  const auto loaded = load_model("/nonexistent/model.gguf", *device_, {});
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Code::kNotFound);
  EXPECT_NE(loaded.error().message.find("/nonexistent/model.gguf"), std::string::npos);
}

}  // namespace
}  // namespace realm::tiny
