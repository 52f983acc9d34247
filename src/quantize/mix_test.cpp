// Which format a type gives to each tensor: tests/golden/quantize/types.txt has what llama.cpp's
// tool chose for models of many shapes.
#include "quantize/mix.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "formats/table.hpp"
#include "gguf/writer.hpp"
#include "quantize/plan.hpp"

namespace realm::quantization {
namespace {

namespace fs = std::filesystem;

struct ModelSpec {
  std::string name, architecture;
  std::map<std::string, int> numbers;
  int operator[](const std::string& key) const { return numbers.at(key); }
};

// "model NAME arch=llama layers=12 ..."
ModelSpec parse_model(std::istringstream& words) {
  ModelSpec spec;
  words >> spec.name;
  for (std::string word; words >> word;) {
    const size_t equals = word.find('=');
    const std::string key = word.substr(0, equals), value = word.substr(equals + 1);
    if (key == "arch") {
      spec.architecture = value;
    } else {
      spec.numbers[key] = std::stoi(value);
    }
  }
  return spec;
}

class SpecFile {
 public:
  explicit SpecFile(const ModelSpec& spec)
      : path_(fs::path(testing::TempDir()) / ("realm_mix_" + std::to_string(getpid()))) {
    writer_.emplace(*gguf::Writer::create(path_.string()));
    const std::string& arch = spec.architecture;
    set("general.architecture", arch);
    set(arch + ".block_count", uint32_t(spec["layers"]));
    set(arch + ".attention.head_count", uint32_t(spec["heads"]));
    set(arch + ".attention.head_count_kv", uint32_t(spec["kv"]));
    if (spec["experts"] > 0) set(arch + ".expert_count", uint32_t(spec["experts"]));
    const int64_t cols = spec["cols"], ff = spec["ff"], experts = spec["experts"];
    add("token_embd.weight", {2, cols});
    add("output_norm.weight", {cols});
    if (spec["out"] != 0) add("output.weight", {2, cols});
    // Last layer first: the order in the file does not count.
    for (int layer = spec["layers"]; layer-- > 0;) {
      const std::string blk = "blk." + std::to_string(layer) + ".";
      add(blk + "attn_norm.weight", {cols});
      if (spec["fused"] != 0) {
        add(blk + "attn_qkv.weight", {2, cols});
      } else {
        for (const char* part : {"attn_q", "attn_k", "attn_v"})
          add(blk + part + ".weight", {2, cols});
        add(blk + "attn_q.bias", {cols});
      }
      add(blk + "attn_output.weight", {2, cols});
      if (experts > 0) {
        add(blk + "ffn_gate_inp.weight", {experts, cols});
        add(blk + "ffn_gate_exps.weight", {experts, 2, cols});
        add(blk + "ffn_up_exps.weight", {experts, 2, cols});
        add(blk + "ffn_down_exps.weight", {experts, 2, ff});
        if (layer % 2 == 1) add(blk + "ffn_down_shexp.weight", {2, ff});
      } else {
        add(blk + "ffn_gate.weight", {2, cols});
        add(blk + "ffn_up.weight", {2, cols});
        add(blk + "ffn_down.weight", {2, ff});
      }
    }
    EXPECT_TRUE(writer_->write(std::vector<std::byte>(bytes_)));
    EXPECT_TRUE(writer_->finish());
  }
  ~SpecFile() { fs::remove(path_); }
  gguf::File open() const { return *gguf::File::open(path_.string()); }

 private:
  void set(const std::string& key, gguf::Value value) {
    EXPECT_TRUE(writer_->set(key, std::move(value)));
  }
  void add(const std::string& name, Shape shape) {
    EXPECT_TRUE(writer_->add_tensor(name, Format::kF32, shape));
    bytes_ += 4 * static_cast<size_t>(shape.elems());
  }
  fs::path path_;
  std::optional<gguf::Writer> writer_;
  size_t bytes_ = 0;
};

// "Q6_K*2,Q4_K*3": of the tensors of a role, layer by layer.
std::string runs(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0, n = 0; i < names.size(); i += n) {
    for (n = 1; i + n < names.size() && names[i + n] == names[i];) ++n;
    text += (text.empty() ? "" : ",") + names[i] + "*" + std::to_string(n);
  }
  return text;
}

std::map<std::string, std::string> formats_by_role(const QuantizeReport& report) {
  std::map<std::string, std::map<int, std::string>> by_layer;
  for (const QuantizedTensor& tensor : report.tensors) {
    if (!tensor.kept.empty()) {
      EXPECT_EQ(tensor.from, tensor.to) << tensor.name;
      continue;
    }
    const int layer = layer_of(tensor.name);
    const size_t begin = layer < 0 ? 0 : tensor.name.find('.', 4) + 1;
    const std::string role = tensor.name.substr(begin, tensor.name.rfind('.') - begin);
    by_layer[role][layer] = info(tensor.to).name;
  }
  std::map<std::string, std::string> out;
  for (const auto& entry : by_layer) {
    std::vector<std::string> names;
    for (const auto& at : entry.second) names.push_back(at.second);
    out[entry.first] = runs(names);
  }
  return out;
}

TEST(QuantizeMix, EqualsGolden) {
  std::ifstream golden(REALM_SOURCE_DIR "/tests/golden/quantize/types.txt");
  ASSERT_TRUE(golden);
  std::optional<SpecFile> model;
  std::string name;
  int compared = 0;
  for (std::string line; std::getline(golden, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    std::string type_name;
    words >> type_name;
    if (type_name == "model") {
      const ModelSpec spec = parse_model(words);
      name = spec.name;
      model.reset();
      model.emplace(spec);
      continue;
    }
    std::map<std::string, std::string> expected;
    bool pure = false;
    uint32_t number = 0;
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      if (word == "--pure") {
        pure = true;
      } else if (word.starts_with("type=")) {
        number = static_cast<uint32_t>(std::stoul(word.substr(equals + 1)));
      } else {
        expected[word.substr(0, equals)] = word.substr(equals + 1);
      }
    }
    // llama.cpp's --pure keeps routers in float, so its tool says nothing of them. Ours is for
    // every matrix: one of as many columns as attn_q has must fare as attn_q does.
    if (pure && name.starts_with("moe")) expected["ffn_gate_inp"] = expected.at("attn_q");
    const Type* type = find_type(type_name);
    ASSERT_NE(type, nullptr) << type_name;
    EXPECT_EQ(type->file_type, number) << type_name;
    const auto report = plan(model->open(), *type, pure);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(formats_by_role(*report), expected)
        << name << " " << type_name << (pure ? " --pure" : "");
    ++compared;
  }
  EXPECT_GE(compared, 200);
}

TEST(QuantizeMix, FactsMayBeMissingOrWild) {
  const fs::path path = fs::path(testing::TempDir()) / ("realm_facts_" + std::to_string(getpid()));
  const auto facts = [&](std::vector<std::pair<std::string, gguf::Value>> keys) {
    auto writer = gguf::Writer::create(path.string());
    for (auto& key : keys) EXPECT_TRUE(writer->set(key.first, std::move(key.second)));
    EXPECT_TRUE(writer->finish());
    const auto file = gguf::File::open(path.string());
    auto found = facts_of(*file);
    fs::remove(path);
    return found;
  };
  const auto none = facts({});
  ASSERT_TRUE(none);
  EXPECT_EQ(none->layers, 0);
  EXPECT_EQ(none->query_heads_per_kv_head, 0);
  const auto wild = facts({{"general.architecture", "x"},
                           {"x.block_count", INT64_MAX},
                           {"x.expert_count", int32_t{-5}},
                           {"x.attention.head_count", INT64_MAX},
                           {"x.attention.head_count_kv", int64_t{-1}}});
  ASSERT_TRUE(wild);
  EXPECT_EQ(wild->layers, 1 << 20);
  EXPECT_EQ(wild->experts, 0);
  EXPECT_EQ(wild->query_heads_per_kv_head, 0);
  const std::vector<int32_t> heads{8, 4}, kv_heads{2, 4};
  const auto by_layer =
      facts({{"general.architecture", "x"},
             {"x.attention.head_count", gguf::Array::of_numbers<int32_t>(heads)},
             {"x.attention.head_count_kv", gguf::Array::of_numbers<int32_t>(kv_heads)}});
  ASSERT_TRUE(by_layer);
  EXPECT_EQ(by_layer->query_heads_per_kv_head, 4);
  const auto text = facts({{"general.architecture", "x"}, {"x.block_count", "many"}});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Code::kCorruptFile);
}

TEST(QuantizeTypes, EveryFormatWithFloatsHasOne) {
  for (const FormatInfo* format = formats_begin(); format != formats_end(); ++format) {
    const Type* type = find_type(format->name);
    EXPECT_EQ(type != nullptr, is_decodable(format->format)) << format->name;
    if (type == nullptr) continue;
    EXPECT_EQ(type->format, format->format) << format->name;
  }
  EXPECT_EQ(find_type("q4_k"), find_type("Q4_K_M"));
  EXPECT_EQ(find_type("Q4_K_X"), nullptr);
  EXPECT_EQ(find_type(""), nullptr);
}

TEST(QuantizeTypes, FallbacksDivideTheRows) {
  struct {
    Format from;
    uint64_t cols;
    Format to;
  } const rows[] = {
      {Format::kQ2_K, 576, Format::kQ4_0}, {Format::kQ3_K, 32, Format::kQ4_0},
      {Format::kQ4_K, 576, Format::kQ5_0}, {Format::kQ5_K, 288, Format::kQ5_1},
      {Format::kQ6_K, 96, Format::kQ8_0},  {Format::kIQ4_XS, 544, Format::kIQ4_NL},
      {Format::kQ8_K, 64, Format::kQ8_0},  {Format::kQ4_K, 40, Format::kF16},
      {Format::kQ4_0, 33, Format::kF16},   {Format::kMXFP4, 48, Format::kF16},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(fallback_of(row.from, row.cols), row.to) << info(row.from).name << " " << row.cols;
  }
}

TEST(QuantizeRoles, WhatIsKept) {
  const auto why = [](const std::string& name, Shape shape, Format format = Format::kF32,
                      const char* architecture = "llama") {
    gguf::TensorInfo tensor;
    tensor.name = name;
    tensor.shape = shape;
    tensor.format = format;
    const std::string_view kept = why_kept(tensor, architecture, false);
    // Pure files keep what is no matrix of weights, and no other.
    const std::string_view pure = why_kept(tensor, architecture, true);
    const bool no_matrix = shape.rank() != 2 || shape.rows() == 1;
    const bool no_weights = kept == "no weight" || kept == "no floats";
    EXPECT_EQ(pure, no_matrix || no_weights ? kept : "") << name;
    return std::string(kept);
  };
  EXPECT_EQ(why("blk.0.attn_q.weight", {4, 256}), "");
  EXPECT_EQ(why("blk.0.ffn_up_exps.weight", {2, 4, 256}), "");
  EXPECT_EQ(why("x.weight", {1, 256}), "one row");
  EXPECT_EQ(why("x.weight", {256}), "one row");
  EXPECT_EQ(why("blk.0.ssm_a", {256, 16}), "no weight");
  EXPECT_EQ(why("blk.0.attn_q.bias", {2, 256}), "no weight");
  EXPECT_EQ(why("blk.0.attn_q_norm.weight", {2, 256}), "norm");
  EXPECT_EQ(why("blk.0.ffn_gate_inp.weight", {8, 256}), "router");
  EXPECT_EQ(why("position_embd.weight", {8, 256}), "positions");
  EXPECT_EQ(why("v.patch_embd.weight", {8, 3, 14, 14}), "vision");
  EXPECT_EQ(why("token_types.weight", {2, 256}), "token types");
  EXPECT_EQ(why("blk.0.ssm_conv1d.weight", {256, 4}), "convolution");
  EXPECT_EQ(why("blk.1.time_mix_w1.weight", {4, 256}), "small");
  EXPECT_EQ(why("table.weight", {4, 256}, Format::kI32), "no floats");
  EXPECT_EQ(why("blk.0.attn_k_b.weight", {2, 256}), "");
  EXPECT_EQ(why("blk.0.attn_k_b.weight", {2, 256}, Format::kF32, "glm5-next"), "small");
  EXPECT_EQ(layer_of("blk.12.ffn_up.weight"), 12);
  EXPECT_EQ(layer_of("blk.x.ffn_up.weight"), -1);
  EXPECT_EQ(layer_of("blk.99999999999.ffn_up.weight"), -1);
  EXPECT_EQ(layer_of("blk.7"), -1);
}

}  // namespace
}  // namespace realm::quantization
