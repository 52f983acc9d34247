// Tiny random models of every family, made and computed by PyPI transformers in float32
// (tests/oracle/model_oracle.py --golden): logits on every device, in one piece and in many, alone
// and with neighbours. Windows are shorter than the texts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "backend/reference/device.hpp"
#include "backend/registry.hpp"
#include "model/loader.hpp"
#include "model/tiny/drive.hpp"

namespace realm {
namespace {

const std::string kFolder = REALM_SOURCE_DIR "/tests/golden/models/";

using Rows = std::vector<std::vector<float>>;

/// FAMILY.logits: the number of ids and the ids as int32, then a row of float32 for each.
struct Golden {
  std::vector<int32_t> ids;
  std::vector<float> logits;
  size_t width() const { return logits.size() / ids.size(); }
};

Golden read_golden(const std::string& name) {
  Golden golden;
  std::ifstream in(kFolder + name + ".logits", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  int32_t count = 0;
  if (bytes.size() < sizeof count) return golden;
  std::memcpy(&count, bytes.data(), sizeof count);
  golden.ids.resize(static_cast<size_t>(count));
  const size_t begin = (golden.ids.size() + 1) * sizeof count;
  if (bytes.size() <= begin) return golden;
  std::memcpy(golden.ids.data(), bytes.data() + sizeof count, begin - sizeof count);
  golden.logits.resize((bytes.size() - begin) / sizeof(float));
  std::memcpy(golden.logits.data(), bytes.data() + begin, golden.logits.size() * sizeof(float));
  return golden;
}

std::vector<std::string> families() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() == ".logits") out.push_back(entry.path().stem().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Pages of 8 tokens: a window of 9 begins inside one.
LoadOptions options(Format cache_format) {
  return {.context_tokens = 64,
          .cache_format = cache_format,
          .block_tokens = 8,
          .n_blocks = 24,
          .max_rows = 64,
          .max_sequences = 3};
}

std::unique_ptr<Device> open(const std::string& name, const std::string& isa) {
  if (name == "reference") return make_reference_device();
  DeviceOptions device_options;
  device_options.threads = 2;
  device_options.cpu_isa = isa;
  auto device = open_device(name, device_options, {});
  return device ? std::move(*device) : nullptr;
}

class ModelGolden : public testing::TestWithParam<std::string> {
 protected:
  LoadedModel load(Device& device, Format cache_format) {
    auto loaded = load_model(kFolder + GetParam() + ".gguf", device, options(cache_format));
    if (loaded) return *std::move(loaded);
    ADD_FAILURE() << loaded.error().message;
    return {};
  }

  // The ids in parts of these sizes; what is left comes one by one.
  Rows run(tiny::Driver& driver, const std::vector<size_t>& parts,
           const std::vector<int32_t>& neighbour = {}) {
    Rows rows;
    size_t part = 0;
    for (size_t at = 0; at < golden_.ids.size();) {
      const size_t count = part < parts.size() ? std::min(parts[part], golden_.ids.size() - at) : 1;
      const auto begin = golden_.ids.begin() + static_cast<ptrdiff_t>(at);
      std::vector<tiny::Driver::Part> step;
      if (part < neighbour.size()) step.push_back({1, {neighbour[part], 3, 5}});
      step.push_back({0, {begin, begin + static_cast<ptrdiff_t>(count)}});
      const auto made = driver.step(step);
      if (!made) {
        ADD_FAILURE() << made.error().message;
        return rows;
      }
      rows.insert(rows.end(), made->end() - static_cast<ptrdiff_t>(count), made->end());
      at += count;
      ++part;
    }
    return rows;
  }

  void expect_close(const Rows& rows, double limit) {
    ASSERT_EQ(rows.size(), golden_.ids.size());
    const auto [low, high] = std::minmax_element(golden_.logits.begin(), golden_.logits.end());
    double worst = 0;
    for (size_t r = 0; r < rows.size(); ++r) {
      ASSERT_EQ(rows[r].size(), golden_.width());
      for (size_t i = 0; i < rows[r].size(); ++i) {
        const double difference = std::fabs(rows[r][i] - golden_.logits[r * rows[r].size() + i]);
        if (!(difference <= worst)) worst = difference;
      }
    }
    EXPECT_LE(worst / (*high - *low), limit);
  }

  Golden golden_ = read_golden(GetParam());
};

// Float weights and float32 pages: both sides round to 24 bits between some ten steps a layer, sums
// of 32 to 64 terms; a few hundred roundings of 2^-24 in all.
constexpr double kLimit = 2e-5;

TEST_P(ModelGolden, LogitsAreThoseOfTransformers) {
  ASSERT_GT(golden_.logits.size(), golden_.ids.size());
  const std::pair<std::string, std::string> devices[] = {
      {"reference", ""}, {"cpu", ""}, {"cpu", "baseline"}};
  for (const auto& [name, isa] : devices) {
    SCOPED_TRACE(name + " " + isa);
    const auto device = open(name, isa);
    ASSERT_NE(device, nullptr);
    const LoadedModel model = load(*device, Format::kF32);
    ASSERT_NE(model.runner, nullptr);
    tiny::Driver whole(*model.runner, 1);
    expect_close(run(whole, {48}), kLimit);
    tiny::Driver parts(*model.runner, 2);
    expect_close(run(parts, {5, 14, 2, 8}), kLimit);
  }
}

TEST_P(ModelGolden, NeitherPartsNorNeighboursMatter) {
  for (const std::string name : {"reference", "cpu"}) {
    SCOPED_TRACE(name);
    const auto device = open(name, "");
    ASSERT_NE(device, nullptr);
    const LoadedModel model = load(*device, Format::kF16);
    ASSERT_NE(model.runner, nullptr);
    tiny::Driver alone(*model.runner, 1);
    const Rows want = run(alone, {48});
    tiny::Driver together(*model.runner, 3);
    const Rows got = run(together, {5, 14, 2, 8}, {7, 2, 90, 11, 3, 8, 1, 4});
    ASSERT_EQ(want.size(), got.size());
    for (size_t r = 0; r < want.size(); ++r) {
      EXPECT_EQ(std::memcmp(want[r].data(), got[r].data(), want[r].size() * sizeof(float)), 0)
          << "position " << r;
    }
  }
}

// LongRoPE's factors go by the context that a load is for: within the original one of 24 tokens, or
// beyond it. transformers goes by the text's length, which comes to the same for these texts.
TEST(LongRope, FactorsGoByTheContextAskedFor) {
  const std::string name = "longrope/phi3_longrope_beyond";
  struct Load {
    int32_t context;
    const char* logits;
    bool equal;
  };
  const Load loads[] = {{0, ".short", true},
                        {24, ".short", true},
                        {25, ".short", false},
                        {64, ".short", false},
                        {64, "", true}};
  for (const std::string device_name : {"reference", "cpu"}) {
    const auto device = open(device_name, "");
    ASSERT_NE(device, nullptr);
    for (const Load& load : loads) {
      SCOPED_TRACE(device_name + " " + std::to_string(load.context) + load.logits);
      LoadOptions asked = options(Format::kF32);
      asked.context_tokens = load.context;
      const auto model = load_model(kFolder + name + ".gguf", *device, asked);
      ASSERT_TRUE(model) << model.error().message;
      EXPECT_EQ(model->runner->limits().context_tokens, load.context == 0 ? 24 : load.context);
      const Golden golden = read_golden(name + load.logits);
      tiny::Driver driver(*model->runner, 1);
      const auto rows = driver.step({{0, golden.ids}});
      ASSERT_TRUE(rows) << rows.error().message;
      const auto [low, high] = std::minmax_element(golden.logits.begin(), golden.logits.end());
      double worst = 0;
      for (size_t i = 0; i < golden.logits.size(); ++i) {
        const double found = (*rows)[i / golden.width()][i % golden.width()];
        worst = std::max(worst, std::fabs(found - golden.logits[i]) / (*high - *low));
      }
      if (load.equal) {
        EXPECT_LE(worst, kLimit);
      } else {
        EXPECT_GT(worst, 100 * kLimit);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, ModelGolden, testing::ValuesIn(families()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace realm
