// Weights mapped from the model file or from a packed-cache file: the same bits as packed ones, and
// a cache that is not this model's is never used.
#include <fstream>

#include "model/tiny/drive.hpp"
#include "model/tiny/loader_fixture.hpp"

namespace realm::tiny {
namespace {

namespace fs = std::filesystem;
using Rows = std::vector<std::vector<float>>;

class WeightSourceTest : public testing::Test {
 protected:
  WeightSourceTest() {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    options_.packed_cache = cache_;
  }
  ~WeightSourceTest() override { fs::remove_all(folder_); }

  void write_model(Format format, uint64_t seed = 1) {
    Spec spec;
    spec.format = format;
    spec.seed = seed;
    spec.dim = 256;
    spec.ff_dim = 512;
    spec.heads = 16;  // times head_dim: whole blocks of 256
    ASSERT_TRUE(write(path_, spec));
  }
  // A prompt and two single tokens; what loading told stays in told_.
  Rows answers(const LoadOptions& options, const std::string& isa = "") {
    told_.clear();
    auto device = open_device("cpu", {.threads = 3, .cpu_isa = isa}, {});
    EXPECT_TRUE(device);
    const LogSink log = [this](LogLevel level, const std::string& line) {
      if (line.starts_with("packed cache") || line.starts_with("mapped")) {
        told_ += (level == LogLevel::kWarning ? "warning: " : "") + line + "\n";
      }
    };
    auto model = load_model(path_, **device, options, log);
    if (!model) {
      ADD_FAILURE() << model.error().message;
      return {};
    }
    Driver driver(*model->runner, 1);
    Rows rows = *driver.step({{0, {5, 9, 2, 11, 7, 1, 30, 12, 8, 3, 17}}});
    rows.push_back(driver.step({{0, {4}}})->front());
    rows.push_back(driver.step({{0, {21}}})->front());
    return rows;
  }
  std::vector<fs::path> cache_files() const {
    std::vector<fs::path> files;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(cache_, none)) files.push_back(entry.path());
    return files;
  }

  const fs::path folder_ =
      fs::temp_directory_path() / ("realm_weights_" + std::to_string(getpid()));
  const std::string path_ = (folder_ / "model.gguf").string();
  const std::string cache_ = (folder_ / "a" / "cache").string();
  LoadOptions options_{.context_tokens = 32};
  std::string told_;
};

TEST_F(WeightSourceTest, MappedRowsGiveTheSameBits) {
  for (const Format format :
       {Format::kF32, Format::kF16, Format::kQ4_0, Format::kQ8_0, Format::kQ4_K, Format::kQ6_K}) {
    SCOPED_TRACE(std::string(info(format).name));
    write_model(format);
    const Rows packed = answers({.context_tokens = 32});
    ASSERT_FALSE(packed.empty());
    EXPECT_EQ(answers({.context_tokens = 32, .map_weights = true}), packed);
    EXPECT_EQ(told_, "");
  }
}

TEST_F(WeightSourceTest, SecondLoadMapsTheCache) {
  write_model(Format::kQ4_K);
  const Rows packed = answers({.context_tokens = 32});
  EXPECT_EQ(answers(options_), packed);
  EXPECT_NE(told_.find("kept in " + cache_), std::string::npos) << told_;
  ASSERT_EQ(cache_files().size(), 1u);
  EXPECT_TRUE(cache_files()[0].filename().string().starts_with("model-"));
  EXPECT_EQ(answers(options_), packed);
  EXPECT_NE(told_.find("weights are those of"), std::string::npos) << told_;
  // It is the cache that is computed with: other data, other answers.
  std::fstream file(cache_files()[0], std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-4096 * 3, std::ios::end);
  file << std::string(4096, '\x11');
  file.close();
  EXPECT_NE(answers(options_), packed);
  EXPECT_EQ(answers({.context_tokens = 32}), packed);
}

TEST_F(WeightSourceTest, ACacheThatIsNotThisModelsIsPackedAnew) {
  write_model(Format::kQ4_0);
  const Rows packed = answers(options_);
  const fs::path cache = cache_files().at(0);
  const auto size = fs::file_size(cache);
  const auto spoil = [&](uint64_t at) {
    std::fstream file(cache, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 0x40));
  };
  const auto expect_repacked = [&] {
    EXPECT_EQ(answers(options_), packed);
    EXPECT_NE(told_.find("warning: "), std::string::npos) << told_;
    EXPECT_NE(told_.find("packing anew"), std::string::npos) << told_;
    EXPECT_NE(told_.find("kept in "), std::string::npos) << told_;
    EXPECT_EQ(fs::file_size(cache), size);
    EXPECT_EQ(answers(options_), packed);
    EXPECT_NE(told_.find("weights are those of"), std::string::npos) << told_;
  };
  for (const uint64_t at : {0u, 9u, 24u, 33u, 60u, 100u, 150u, 400u, 1000u}) {
    SCOPED_TRACE(at);
    spoil(at);
    expect_repacked();
  }
  for (const auto wrong : {size - 1, size + 1, size / 2, uintmax_t{1}, uintmax_t{0}}) {
    SCOPED_TRACE(wrong);
    fs::resize_file(cache, wrong);
    expect_repacked();
  }
}

TEST_F(WeightSourceTest, OtherFilesAndOtherKernelsHaveCachesOfTheirOwn) {
  write_model(Format::kQ8_0);
  const Rows first = answers(options_);
  EXPECT_EQ(answers(options_, "baseline").size(), first.size());
  const size_t kinds = cache_files().size();
  EXPECT_GE(kinds, 1u);
  EXPECT_LE(kinds, 2u);
  // The same header and size, but written later, with other weights.
  fs::last_write_time(path_, fs::last_write_time(path_) - std::chrono::hours(1));
  EXPECT_EQ(answers(options_), first);
  EXPECT_EQ(cache_files().size(), kinds + 1);
  write_model(Format::kQ8_0, 2);
  EXPECT_NE(answers(options_), first);
  EXPECT_EQ(answers(options_), answers({.context_tokens = 32}));
}

TEST_F(WeightSourceTest, WhereNothingCanBeKeptItIsTold) {
  write_model(Format::kQ8_0);
  std::ofstream(folder_ / "file") << "in the way";
  options_.packed_cache = (folder_ / "file" / "below").string();
  EXPECT_EQ(answers(options_), answers({.context_tokens = 32}));
  answers(options_);
  EXPECT_NE(told_.find("warning: packed cache: "), std::string::npos) << told_;
  // A device of its own memory.
  auto device = open_device("reference", {}, {});
  std::string told;
  const LogSink log = [&](LogLevel level, const std::string& line) {
    if (level == LogLevel::kWarning) told += line + "\n";
  };
  options_.packed_cache = cache_;
  EXPECT_TRUE(load_model(path_, **device, options_, log));
  EXPECT_NE(told.find("keeps packed weights to itself"), std::string::npos) << told;
  told.clear();
  EXPECT_TRUE(load_model(path_, **device, {.context_tokens = 32, .map_weights = true}, log));
  EXPECT_NE(told.find("packing them"), std::string::npos) << told;
}

}  // namespace
}  // namespace realm::tiny
