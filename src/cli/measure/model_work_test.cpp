#include "cli/measure/model_work.hpp"

#include <gtest/gtest.h>

#include "synthetic/synthetic.hpp"

namespace realm::cli {
namespace {

ModelWork work_of_model(const char* text, Format cache) {
  const auto model = synthetic::make(*synthetic::parse_spec(text));
  EXPECT_TRUE(model) << model.error().message;
  const auto work = work_of(model->file, cache);
  EXPECT_TRUE(work) << work.error().message;
  return *work;
}

// tiny: 2 layers of 4 heads and 2 of keys with 64 elements, 256 wide, 512 inside, 512 tokens.
constexpr uint64_t kLayer = 256 * 256 * 2 + 128 * 256 * 2 + 256 * 512 * 3, kHead = 512 * 256;

TEST(ModelWork, CountsMatricesThatAreMultiplied) {
  const ModelWork work = work_of_model("tiny:Q4_0", Format::kF16);
  EXPECT_EQ(work.layers.int8, 2 * kLayer);
  EXPECT_EQ(work.layers.plain, 0u);
  EXPECT_EQ(work.head.int8, kHead);
  EXPECT_EQ(work.weight_bytes, (2 * kLayer + kHead) / 32 * 18);  // the embedding is looked up
  EXPECT_EQ(work.kv_bytes, 2u * 2 * 64 * 2);
  EXPECT_EQ(work.windows, (std::vector<int32_t>{0, 0}));
  const ModelWork floats = work_of_model("tiny:BF16", Format::kF32);
  EXPECT_EQ(floats.layers.plain, 2 * kLayer);
  EXPECT_EQ(floats.layers.int8, 0u);
  EXPECT_EQ(floats.kv_bytes, 2u * 2 * 64 * 4);
}

TEST(ModelWork, TiedEmbeddingsAreTheHead) {
  const ModelWork work = work_of_model("smollm2-135m:Q8_0", Format::kF16);
  EXPECT_EQ(work.head.int8, 49152u * 576);
}

TEST(ModelWork, PercentagesFollowFromBytesAndProducts) {
  ModelWork work{.weight_bytes = 1000,
                 .layers = {.int8 = 400, .plain = 20},
                 .head = {.int8 = 100, .plain = 0},
                 .kv_bytes = 10,
                 .windows = {0, 16}};
  const Ceilings ceilings{1e6, 1e5, 1e4};
  // 10 steps a second of 3 sequences, in the middle at 100 + 10 positions.
  const Measurement decode{"decode", 19, 100, 3, {1.9}};
  EXPECT_DOUBLE_EQ(decode.median(), 30);
  EXPECT_DOUBLE_EQ(work.step_bytes(decode), 1000 + 3 * 10 * (110 + 16));
  EXPECT_DOUBLE_EQ(work.read_percent(decode, ceilings), 100 * 4780 * 10 / 1e6);
  EXPECT_DOUBLE_EQ(work.multiply_percent(decode, ceilings),
                   100 * 30 * (400 / 1e5 + 20 / 1e4 + 100 / 1e5));
  // 50 tokens a second, of which each tenth has logits.
  const Measurement prompt{"prompt", 10, 0, 1, {0.2}};
  EXPECT_DOUBLE_EQ(work.multiply_percent(prompt, ceilings),
                   100 * 50 * (400 / 1e5 + 20 / 1e4 + 0.1 * 100 / 1e5));
}

TEST(ModelWork, HeadsThatAreNoBlocksAreRefused) {
  const auto model = synthetic::make(*synthetic::parse_spec("tiny:Q4_0"));
  EXPECT_FALSE(work_of(model->file, Format::kQ4_K));
}

}  // namespace
}  // namespace realm::cli
