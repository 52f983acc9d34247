#include "synthetic/synthetic.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <thread>

#include "base/str.hpp"
#include "synthetic/outline.hpp"

namespace realm::synthetic {
namespace {

Model model_of(const std::string& text, uint64_t seed = 1) {
  auto spec = parse_spec(text);
  EXPECT_TRUE(spec) << spec.error().message;
  spec->seed = seed;
  auto model = make(*spec);
  EXPECT_TRUE(model) << model.error().message;
  return *std::move(model);
}

std::vector<std::byte> data_of(const gguf::File& file, const gguf::TensorInfo& tensor) {
  std::vector<std::byte> bytes(tensor.size_bytes);
  EXPECT_TRUE(file.read(tensor, bytes));
  return bytes;
}

class Saved {
 public:
  explicit Saved(const gguf::File& file, int threads = 3)
      : path_((std::filesystem::temp_directory_path() /
               str("synthetic_test_", ::getpid(), "_", counter_++, ".gguf"))
                  .string()) {
    const auto saved = save(file, path_, threads);
    EXPECT_TRUE(saved) << saved.error().message;
  }
  ~Saved() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }
  std::vector<std::byte> bytes() const {
    std::ifstream in(path_, std::ios::binary);
    const std::vector<char> chars((std::istreambuf_iterator<char>(in)), {});
    const auto* begin = reinterpret_cast<const std::byte*>(chars.data());
    return {begin, begin + chars.size()};
  }

 private:
  static inline int counter_ = 0;
  std::string path_;
};

TEST(ParseSpec, FormatsArePureAndMixesAreQuantizes) {
  struct Row {
    const char* text;
    const char* name;
    Format format;
    bool pure;
  };
  for (const Row& row : {Row{"tiny:Q4_0", "tiny Q4_0", Format::kQ4_0, true},
                         Row{"TINY:q4_k", "tiny Q4_K", Format::kQ4_K, true},
                         Row{"llama-1b:q4_k_m", "llama-1b Q4_K_M", Format::kQ4_K, false},
                         Row{"llama-8b:f16", "llama-8b F16", Format::kF16, true},
                         Row{"tiny:mxfp4_moe", "tiny MXFP4_MOE", Format::kMXFP4, false}}) {
    const auto spec = parse_spec(row.text);
    ASSERT_TRUE(spec) << spec.error().message;
    EXPECT_EQ(spec->name(), row.name);
    EXPECT_EQ(spec->type.format, row.format);
    EXPECT_EQ(spec->pure, row.pure);
  }
}

TEST(ParseSpec, ErrorsSayWhatThereIs) {
  const auto message = [](const char* text) {
    const auto spec = parse_spec(text);
    EXPECT_FALSE(spec);
    return spec ? std::string() : spec.error().message;
  };
  EXPECT_NE(message("llama-2b:Q4_0").find("no shape \"llama-2b\"; there are tiny, "),
            std::string::npos);
  EXPECT_NE(message("").find("no shape \"\""), std::string::npos);
  EXPECT_NE(message("tiny").find("SHAPE:TYPE is wanted"), std::string::npos);
  EXPECT_NE(message("tiny:").find("SHAPE:TYPE is wanted"), std::string::npos);
  EXPECT_NE(message("tiny:Q9").find("no type \"Q9\"; there are F32, "), std::string::npos);
  EXPECT_NE(message("tiny:I32").find("no type \"I32\""), std::string::npos);
}

TEST(Shapes, HaveTheirModelsSizes) {
  const std::map<std::string, double> billions = {
      {"tiny", 0.001443},    {"smollm2-135m", 0.1345}, {"llama-160m", 0.1624},
      {"qwen2-0.5b", 0.494}, {"llama-1b", 1.104},      {"llama-3b", 3.213},
      {"mistral-7b", 7.248}, {"llama-8b", 8.030},      {"llama-70b", 70.554}};
  ASSERT_EQ(billions.size(), all_shapes().size());
  for (const ModelShape& shape : all_shapes()) {
    double elems = 0;
    for (const TensorOutline& tensor : tensors_of(shape)) {
      elems += static_cast<double>(tensor.shape.elems());
    }
    const double expected = billions.at(std::string(shape.name));
    EXPECT_NEAR(elems / 1e9, expected, 0.001 * expected + 2e-5) << shape.name;
  }
}

TEST(Vocabulary, PiecesDifferAndEveryByteHasOne) {
  const gguf::Metadata metadata = metadata_of(*find_shape("llama-1b"), "name");
  const auto pieces = *metadata.get<std::vector<std::string>>("tokenizer.ggml.tokens");
  EXPECT_EQ(pieces.size(), 32000u);
  EXPECT_EQ(std::set<std::string>(pieces.begin(), pieces.end()).size(), pieces.size());
  EXPECT_EQ(pieces[3], "<0x00>");
  EXPECT_EQ(pieces[258], "<0xFF>");
  EXPECT_EQ(pieces[259], "\xe2\x96\x81");
  EXPECT_EQ(pieces[260], "a");
  EXPECT_EQ(pieces[261],
            "\xe2\x96\x81"
            "a");
}

// Header, tensors and the zeros between, from a file of few tensors and from one with biases.
TEST(Save, WritesTheSameBytes) {
  for (const char* text : {"tiny:Q4_0", "tiny:F16", "tiny:Q4_K_M", "tiny:MXFP4", "tiny:Q8_K"}) {
    const Model model = model_of(text, 42);
    const Saved saved(model.file);
    EXPECT_EQ(saved.bytes().size(), model.file.size_bytes()) << text;
    const auto file = gguf::File::open(saved.path());
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_EQ(file->tensors().size(), model.file.tensors().size());
    for (size_t i = 0; i < file->tensors().size(); ++i) {
      const gguf::TensorInfo &a = file->tensors()[i], &b = model.file.tensors()[i];
      EXPECT_EQ(a.name, b.name);
      EXPECT_EQ(a.offset_bytes, b.offset_bytes) << a.name;
      EXPECT_EQ(data_of(*file, a), data_of(model.file, b)) << text << " " << a.name;
    }
    ASSERT_EQ(file->metadata().entries().size(), model.file.metadata().entries().size());
    for (const auto& entry : model.file.metadata().entries()) {
      const gguf::Value* value = file->metadata().find(entry.key);
      ASSERT_NE(value, nullptr) << entry.key;
      EXPECT_EQ(*value, entry.value) << entry.key;
    }
  }
}

TEST(Save, ThreadsDoNotMatterAndSeedsDo) {
  const Saved one(model_of("tiny:Q5_K", 5).file, 1), four(model_of("tiny:Q5_K", 5).file, 4);
  const Saved other(model_of("tiny:Q5_K", 6).file, 1);
  EXPECT_EQ(one.bytes(), four.bytes());
  EXPECT_NE(one.bytes(), other.bytes());
}

TEST(Save, ReplacesNothing) {
  const Model model = model_of("tiny:Q4_0");
  const Saved saved(model.file);
  const auto again = save(model.file, saved.path(), 1);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kInvalidArgument);
  EXPECT_NE(again.error().message.find("is there already"), std::string::npos);
}

TEST(Make, PureMatricesHaveTheFormatAndMixesTheirOwn) {
  const Model pure = model_of("tiny:Q4_K");
  for (const gguf::TensorInfo& tensor : pure.file.tensors()) {
    EXPECT_EQ(tensor.format, tensor.shape.rank() == 1 ? Format::kF32 : Format::kQ4_K)
        << tensor.name;
  }
  const Model mix = model_of("tiny:Q4_K_M");
  EXPECT_EQ((*mix.file.tensor("output.weight"))->format, Format::kQ6_K);
  EXPECT_EQ((*mix.file.tensor("token_embd.weight"))->format, Format::kQ4_K);
  EXPECT_EQ(mix.fallbacks, 0);
}

TEST(Make, RowsThatAreNoWholeBlocksAreCounted) {
  const Model model = model_of("smollm2-135m:Q4_K");  // 576 columns
  EXPECT_EQ((*model.file.tensor("token_embd.weight"))->format, Format::kQ5_0);
  EXPECT_EQ((*model.file.tensor("blk.0.ffn_down.weight"))->format, Format::kQ4_K);
  EXPECT_EQ(model.fallbacks, 1 + 30 * 6);
}

TEST(Make, ReadsFromManyThreads) {
  const Model model = model_of("tiny:Q6_K");
  const gguf::TensorInfo& tensor = **model.file.tensor("blk.1.ffn_up.weight");
  const std::vector<std::byte> expected = data_of(model.file, tensor);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(data_of(model.file, tensor), expected); });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace realm::synthetic
