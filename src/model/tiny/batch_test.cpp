// The bits of a row depend on its own sequence alone: not on what else is in the step, not on the
// pages it got, not on how many threads computed it.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "backend/reference/device.hpp"
#include "backend/registry.hpp"
#include "model/loader.hpp"
#include "model/runner.hpp"
#include "model/tiny/drive.hpp"
#include "model/tiny/tiny_model.hpp"

namespace realm::tiny {
namespace {

using Rows = std::vector<std::vector<float>>;

const LoadOptions kOptions{.context_tokens = 64,
                           .cache_format = Format::kF16,
                           .block_tokens = 8,
                           .n_blocks = 12 * 8,
                           .max_rows = 64,
                           .max_sequences = 12};

std::unique_ptr<Device> open(const std::string& name, int threads) {
  if (name == "reference") return make_reference_device();
  DeviceOptions options;
  options.threads = threads;
  options.precise = name == "cpu_precise";
  auto device = open_device(options.precise ? "cpu" : name, options, {});
  return device ? std::move(*device) : nullptr;
}

std::vector<int32_t> tokens_of(int32_t sequence, size_t from, size_t count) {
  std::vector<int32_t> tokens;
  for (size_t i = from; i < from + count; ++i) {
    tokens.push_back(static_cast<int32_t>(
        (i * i * 31 + i * 7 + 13 * static_cast<size_t>(sequence)) % kVocabSize));
  }
  return tokens;
}

// Prompts of these lengths, then decoded to one length; alone and together.
constexpr size_t kPrompts[] = {13, 1, 8, 21, 2, 7, 16, 3, 5};
constexpr size_t kLength = 26;

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

class Batch : public testing::TestWithParam<std::tuple<std::string, Format>> {
 protected:
  ~Batch() override { std::filesystem::remove(path_); }

  LoadedModel load(Device& device) {
    Spec spec;
    spec.format = std::get<1>(GetParam());
    spec.window = 11;
    EXPECT_TRUE(write(path_, spec));
    auto loaded = load_model(path_, device, kOptions);
    if (loaded) return *std::move(loaded);
    ADD_FAILURE() << loaded.error().message;
    return {};
  }

  // Every row of sequence `s`, computed with no other.
  static Rows alone(StepRunner& runner, int32_t s) {
    Driver driver(runner, 1);
    const size_t prompt = kPrompts[static_cast<size_t>(s)];
    Rows rows = *driver.step({{0, tokens_of(s, 0, prompt)}});
    for (size_t i = prompt; i < kLength; ++i) {
      rows.push_back(driver.step({{0, tokens_of(s, i, 1)}})->front());
    }
    return rows;
  }

  std::string path_ = (std::filesystem::temp_directory_path() /
                       ("realm_batch_" + std::to_string(getpid()) + ".gguf"))
                          .string();
};

TEST_P(Batch, NeighboursDoNotMatter) {
  const auto device = open(std::get<0>(GetParam()), 2);
  ASSERT_NE(device, nullptr);
  LoadedModel model = load(*device);
  ASSERT_NE(model.runner, nullptr);
  constexpr auto kSequences = static_cast<int32_t>(std::size(kPrompts));
  std::vector<Rows> want;
  for (int32_t s = 0; s < kSequences; ++s) want.push_back(alone(*model.runner, s));

  // Prompts join one a step while the earlier ones decode; in the end all nine decode together,
  // padded to twelve.
  Driver driver(*model.runner, kSequences);
  std::vector<size_t> done(kSequences, 0);
  for (size_t step = 0; step < kLength + 10; ++step) {
    std::vector<Driver::Part> parts;
    for (int32_t s = 0; s < kSequences; ++s) {
      size_t& at = done[static_cast<size_t>(s)];
      if (at == 0 && step < static_cast<size_t>(s)) continue;
      const size_t count = at == 0 ? kPrompts[static_cast<size_t>(s)] : 1;
      if (at + count <= kLength) parts.push_back({s, tokens_of(s, at, count)});
    }
    if (parts.empty()) break;
    const auto got = driver.step(parts);
    ASSERT_TRUE(got) << got.error().message;
    size_t row = 0;
    for (const Driver::Part& part : parts) {
      size_t& at = done[static_cast<size_t>(part.sequence)];
      for (size_t i = 0; i < part.tokens.size(); ++i, ++at, ++row) {
        ASSERT_TRUE(same_bits((*got)[row], want[static_cast<size_t>(part.sequence)][at]))
            << "step " << step << " sequence " << part.sequence << " position " << at;
      }
    }
  }
  for (const size_t at : done) EXPECT_EQ(at, kLength);
}

class CpuBatch : public Batch {};  // the reference has one thread only

TEST_P(CpuBatch, ThreadsDoNotMatter) {
  std::vector<Rows> rows;
  for (const int threads : {1, 2, 3}) {
    const auto device = open(std::get<0>(GetParam()), threads);
    ASSERT_NE(device, nullptr);
    LoadedModel model = load(*device);
    ASSERT_NE(model.runner, nullptr);
    rows.push_back(alone(*model.runner, 3));
  }
  for (size_t i = 0; i < rows[0].size(); ++i) {
    EXPECT_TRUE(same_bits(rows[0][i], rows[1][i])) << "position " << i;
    EXPECT_TRUE(same_bits(rows[0][i], rows[2][i])) << "position " << i;
  }
}

// More logits than the arena holds at a time come in slices: the same rows.
TEST_P(Batch, SlicesOfTheHeadDoNotMatter) {
  const auto device = open(std::get<0>(GetParam()), 2);
  ASSERT_NE(device, nullptr);
  LoadedModel model = load(*device);
  ASSERT_NE(model.runner, nullptr);
  ASSERT_LT(Runner::head_rows(model.runner->limits()), 50);
  Driver all(*model.runner, 1);
  const Rows many = *all.step({{0, tokens_of(2, 0, 50)}});
  Driver last(*model.runner, 1);
  const Rows one = *last.step({{0, tokens_of(2, 0, 50)}}, false);
  ASSERT_EQ(many.size(), 50u);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_TRUE(same_bits(many.back(), one.front()));
  EXPECT_FALSE(same_bits(many.front(), many.back()));
}

constexpr Format kFormats[] = {Format::kF32, Format::kF16, Format::kQ4_0, Format::kQ8_0};

std::string name_of(const testing::TestParamInfo<Batch::ParamType>& each) {
  return std::get<0>(each.param) + "_" + std::string(info(std::get<1>(each.param)).name);
}

INSTANTIATE_TEST_SUITE_P(, Batch,
                         testing::Combine(testing::Values("reference", "cpu", "cpu_precise"),
                                          testing::ValuesIn(kFormats)),
                         name_of);
INSTANTIATE_TEST_SUITE_P(, CpuBatch,
                         testing::Combine(testing::Values("cpu", "cpu_precise"),
                                          testing::ValuesIn(kFormats)),
                         name_of);

TEST(DecodeBucket, HoldsItsRowsAndNoMoreThanThereCanBe) {
  for (int32_t most = 1; most < 40; ++most) {
    for (int32_t rows = 1; rows <= most; ++rows) {
      const int32_t bucket = Runner::decode_bucket(rows, most);
      EXPECT_GE(bucket, rows);
      EXPECT_LE(bucket, most);
      EXPECT_LT(bucket - rows, 8);
    }
  }
}

}  // namespace
}  // namespace realm::tiny
