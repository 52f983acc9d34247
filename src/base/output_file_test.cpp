#include "base/output_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace realm {
namespace {

namespace fs = std::filesystem;

class OutputFiles : public testing::Test {
 protected:
  OutputFiles()
      : folder_(fs::path(testing::TempDir()) / ("realm_output_" + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~OutputFiles() override { fs::remove_all(folder_); }
  std::string path() const { return (folder_ / "out").string(); }
  size_t files() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  std::string contents() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path folder_;
};

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST_F(OutputFiles, OneThatIsNotCommittedLeavesNothing) {
  {
    auto file = OutputFile::create(path());
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->append(bytes("text")));
    ASSERT_TRUE(file->flush());
    EXPECT_FALSE(fs::exists(path()));
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(OutputFiles, PlacesInAnyOrderFromSeveralThreads) {
  std::ofstream(path()) << "old";
  auto file = OutputFile::create(path());
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->append(bytes("head")));
  constexpr size_t kPieces = 64;
  ASSERT_TRUE(file->extend(4 + 3 * kPieces + 2));
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (size_t i = kPieces - 4 + t;; i -= 4) {
        const std::string piece(3, static_cast<char>('0' + i));
        EXPECT_TRUE(file->write_at(4 + 3 * i, bytes(piece)));
        if (i < 4) break;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(file->write_at(0, bytes("H")));
  EXPECT_EQ(contents(), "old");
  ASSERT_TRUE(file->commit());
  std::string expected = "Head";
  for (size_t i = 0; i < kPieces; ++i) expected.append(3, static_cast<char>('0' + i));
  expected.append(2, '\0');
  EXPECT_EQ(contents(), expected);
  EXPECT_EQ(files(), 1u);
}

TEST_F(OutputFiles, ErrorsTellWhy) {
  const auto nowhere = OutputFile::create((folder_ / "no" / "out").string());
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, Code::kNotFound);
  const auto below_a_file = OutputFile::create("/dev/null/out");
  ASSERT_FALSE(below_a_file);
  EXPECT_EQ(below_a_file.error().code, Code::kInvalidArgument);
  fs::create_directory(path());
  auto folder = OutputFile::create(path());
  ASSERT_TRUE(folder);
  EXPECT_FALSE(folder->commit());
}

}  // namespace
}  // namespace realm
