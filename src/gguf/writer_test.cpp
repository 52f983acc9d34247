#include "gguf/writer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gguf/gguf.hpp"

namespace realm::gguf {
namespace {

namespace fs = std::filesystem;

class GgufWriter : public testing::Test {
 protected:
  GgufWriter()
      : folder_(fs::path(testing::TempDir()) / ("realm_writer_" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
    path_ = (folder_ / "out.gguf").string();
  }
  ~GgufWriter() override { fs::remove_all(folder_); }
  size_t files() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  fs::path folder_;
  std::string path_;
};

TEST_F(GgufWriter, AppearsOnlyWhenWhole) {
  {
    auto writer = Writer::create(path_);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->add_tensor("t", Format::kI8, Shape{4}));
    ASSERT_TRUE(writer->write(std::vector<std::byte>(3)));
    EXPECT_FALSE(fs::exists(path_));
    const auto unfinished = writer->finish();
    ASSERT_FALSE(unfinished);
    EXPECT_EQ(unfinished.error().message, "tensor t: 3 of 4 bytes written");
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(GgufWriter, TheOldFileStaysUntilTheNewOneIsWhole) {
  std::ofstream(path_) << "old";
  {
    auto writer = Writer::create(path_);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->set("a", uint32_t{1}));
    EXPECT_EQ(fs::file_size(path_), 3u);
    auto moved = *std::move(writer);
    ASSERT_TRUE(moved.finish());
  }
  EXPECT_EQ(files(), 1u);
  EXPECT_TRUE(File::open(path_));
}

TEST_F(GgufWriter, RefusesWhatAReaderWould) {
  EXPECT_FALSE(Writer::create(path_, {.alignment = 4}));
  EXPECT_FALSE(Writer::create(path_, {.alignment = 48}));
  const auto nowhere = Writer::create((folder_ / "no" / "such.gguf").string());
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Code::kNotFound);

  auto writer = Writer::create(path_);
  ASSERT_TRUE(writer);
  EXPECT_TRUE(writer->set("key", uint32_t{1}));
  EXPECT_FALSE(writer->set("key", uint32_t{2}));
  EXPECT_FALSE(writer->set("", uint32_t{2}));
  EXPECT_FALSE(writer->set(std::string(65536, 'k'), uint32_t{2}));
  EXPECT_FALSE(writer->set("general.alignment", uint32_t{64}));
  EXPECT_TRUE(writer->add_tensor("t", Format::kQ4_0, Shape{2, 32}));
  EXPECT_FALSE(writer->add_tensor("t", Format::kQ4_0, Shape{2, 32}));
  EXPECT_FALSE(writer->add_tensor("", Format::kF32, Shape{1}));
  EXPECT_FALSE(writer->add_tensor(std::string(65, 'n'), Format::kF32, Shape{1}));
  EXPECT_FALSE(writer->add_tensor("part", Format::kQ4_0, Shape{2, 33}));
  EXPECT_FALSE(writer->add_tensor("none", Format::kF32, Shape{}));
  EXPECT_FALSE(writer->add_tensor("zero", Format::kF32, Shape{3, 0}));
  EXPECT_FALSE(writer->add_tensor("negative", Format::kF32, Shape{-3, -1}));
  EXPECT_FALSE(writer->add_tensor("huge", Format::kF32, Shape{int64_t{1} << 62, 2}));
  EXPECT_FALSE(writer->add_tensor("wide", Format::kF64, Shape{int64_t{1} << 62}));
  EXPECT_TRUE(writer->write(std::vector<std::byte>(36)));
  EXPECT_FALSE(writer->write(std::vector<std::byte>(1)));
  EXPECT_FALSE(writer->set("late", uint32_t{1}));
  EXPECT_FALSE(writer->add_tensor("late", Format::kF32, Shape{1}));
  ASSERT_TRUE(writer->finish());
  const auto file = File::open(path_);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->tensors().size(), 1u);
  EXPECT_EQ(file->metadata().entries().size(), 1u);
}

// Larger than the writer's buffer, in one piece and in many.
TEST_F(GgufWriter, StreamsMoreThanItsBuffer) {
  auto writer = Writer::create(path_);
  ASSERT_TRUE(writer);
  constexpr int64_t kBytes = (3 << 20) + 5;
  ASSERT_TRUE(writer->add_tensor("whole", Format::kI8, Shape{kBytes}));
  ASSERT_TRUE(writer->add_tensor("pieces", Format::kI8, Shape{kBytes}));
  std::vector<std::byte> bytes(static_cast<size_t>(kBytes));
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 31 >> 4);
  ASSERT_TRUE(writer->write(bytes));
  for (size_t at = 0; at < bytes.size(); at += 4099) {
    ASSERT_TRUE(
        writer->write(std::span(bytes).subspan(at, std::min<size_t>(4099, bytes.size() - at))));
  }
  ASSERT_TRUE(writer->finish());
  const auto file = File::open(path_);
  ASSERT_TRUE(file) << file.error().message;
  for (const char* name : {"whole", "pieces"}) {
    const auto found = file->bytes(**file->tensor(name));
    EXPECT_TRUE(std::equal(found.begin(), found.end(), bytes.begin(), bytes.end())) << name;
  }
}

}  // namespace
}  // namespace realm::gguf
