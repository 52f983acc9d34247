// Files made with QuantizeOptions::pure.
#include <gtest/gtest.h>

#include "formats/decode.hpp"
#include "quantize/quantize_test_tools.hpp"

namespace realm {
namespace {

// Embeddings, output, routers, norms of several heads: all matrices are alike to --pure.
TEST_F(Quantize, PureGivesEveryMatrixTheType) {
  const std::vector<Tensor> matrices{
      random_tensor("token_embd.weight", Format::kF32, {5, 512}),
      random_tensor("output.weight", Format::kF16, {5, 256}),
      random_tensor("position_embd.weight", Format::kF32, {4, 256}),
      random_tensor("blk.0.attn_v.weight", Format::kQ8_0, {6, 512}),
      random_tensor("blk.0.attn_q_norm.weight", Format::kF32, {2, 256}),
      random_tensor("blk.0.ffn_gate_inp.weight", Format::kF32, {8, 256}),
      random_tensor("blk.0.ffn_down_exps.weight", Format::kF32, {8, 3, 256}),
      random_tensor("blk.1.time_mix_w1.weight", Format::kF32, {4, 256}),
      random_tensor("blk.1.attn_q.weight", Format::kF32, {6, 96}),
      random_tensor("blk.1.ssm_conv1d.weight", Format::kF32, {256, 4})};
  const std::vector<Tensor> others{
      random_tensor("output_norm.weight", Format::kF32, {512}),
      random_tensor("blk.0.ffn_gate_inp.bias", Format::kF32, {2, 256}),
      random_tensor("v.patch_embd.weight", Format::kF32, {2, 3, 16, 32})};
  std::vector<Tensor> tensors = matrices;
  tensors.insert(tensors.end(), others.begin(), others.end());
  const std::string in = write("in.gguf", {{"general.architecture", "strange"}}, tensors);
  const gguf::File source = *gguf::File::open(in);
  for (const QuantizeType& type : quantize_types()) {
    QuantizeOptions opts = options(std::string(type.name));
    opts.pure = opts.replace = true;
    const auto report = quantize(in, path("out.gguf"), opts);
    ASSERT_TRUE(report) << report.error().message;
    const gguf::File file = *gguf::File::open(path("out.gguf"));
    int fallbacks = 0;
    for (const QuantizedTensor& told : report->tensors) {
      const gguf::TensorInfo& found = *file.find(told.name);
      EXPECT_EQ(found.format, told.to) << told.name;
      if (!told.kept.empty()) continue;
      if (row_bytes(type.format, static_cast<uint64_t>(found.shape.cols()))) {
        EXPECT_EQ(found.format, type.format) << told.name;
      } else {
        EXPECT_EQ(told.fallback_from, type.format) << type.name << " " << told.name;
        ++fallbacks;
      }
    }
    for (const Tensor& other : others) {
      EXPECT_EQ(bytes_of(file, other.name), bytes_of(source, other.name)) << other.name;
    }
    for (const Tensor& matrix : matrices) {
      const auto& told = report->tensors[static_cast<size_t>(&matrix - matrices.data())];
      EXPECT_EQ(told.kept, "") << matrix.name;
      std::vector<float> values(matrix.values.size());
      ASSERT_TRUE(decode_row(matrix.format, bytes_of(source, matrix.name), values));
      const auto expected =
          told.to == told.from ? bytes_of(source, matrix.name) : encoded(told.to, values);
      EXPECT_EQ(bytes_of(file, matrix.name), expected) << type.name << " " << matrix.name;
    }
    EXPECT_EQ(report->fallbacks, fallbacks) << type.name;
  }
}

}  // namespace
}  // namespace realm
