// Every malformed file is refused: with one error that names the place, quickly, in little memory,
// however it is opened.
#include "malformed.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <set>

#include "allocations.hpp"
#include "gguf/gguf.hpp"
#include "image.hpp"

namespace realm::testing {
namespace {

constexpr double kMostSeconds = 0.1;  // of the processor, which other programs may be using too

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes)
      : path_(::testing::TempDir() + "/realm_malformed_" + std::to_string(getpid()) + ".gguf") {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

template <class Open>
std::string expect_refused(const Malformed& file, const char* how, Open open) {
  SCOPED_TRACE(::testing::Message() << file.what << ", " << how);
  const size_t before = allocated_bytes();
  const std::clock_t begin = std::clock();
  const Result<gguf::File> opened = open();
  const double took_seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  const size_t took_bytes = allocated_bytes() - before;
  EXPECT_LT(took_seconds, kMostSeconds);
  EXPECT_LE(took_bytes, (size_t{1} << 20) + 8 * file.bytes.size());
  EXPECT_FALSE(opened.has_value());
  if (opened) return "";
  EXPECT_TRUE(opened.error().code == Code::kCorruptFile ||
              opened.error().code == Code::kUnsupported);
  return opened.error().message;
}

TEST(Malformed, SoundImageIsSound) {
  const std::string bytes = sound_image().bytes();
  const auto file = gguf::File::open_bytes(std::as_bytes(std::span(bytes)));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->tensors().size(), 4u);
}

TEST(Malformed, EveryFileIsRefusedAtOnceWithItsStory) {
  const std::vector<Malformed> files = malformed_files();
  ASSERT_GE(files.size(), 150u);
  std::set<std::string> names;
  for (const Malformed& file : files) {
    EXPECT_TRUE(names.insert(file.what).second) << "two files called " << file.what;
    const TemporaryFile on_disk(file.bytes);
    // Exactly the file's bytes: the address sanitizer sees a read behind them.
    const std::unique_ptr<std::byte[]> exact(new std::byte[file.bytes.size()]);
    std::memcpy(exact.get(), file.bytes.data(), file.bytes.size());
    const std::string story = expect_refused(file, "in memory", [&] {
      return gguf::File::open_bytes({exact.get(), file.bytes.size()});
    });
    EXPECT_NE(story.find(file.mentions), std::string::npos) << file.what << ": " << story;
    if (file.bytes.size() > 24) {
      EXPECT_TRUE(story.find("at byte ") != std::string::npos ||
                  story.find("GGUF") != std::string::npos)
          << file.what << ": " << story;
    }
    for (const FileAccess access : {FileAccess::kMmap, FileAccess::kRead}) {
      const std::string same = expect_refused(
          file, "on disk", [&] { return gguf::File::open(on_disk.path(), {.access = access}); });
      EXPECT_EQ(same, on_disk.path() + ": " + story);
    }
  }
  RecordProperty("files", static_cast<int>(files.size()));
  std::printf("%zu malformed files\n", files.size());
}

TEST(Malformed, EveryCutOfTheFileIsRefused) {
  const std::string whole = sound_image().bytes();
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string part = whole.substr(0, size);
    EXPECT_FALSE(gguf::File::open_bytes(std::as_bytes(std::span(part)))) << size;
  }
}

}  // namespace
}  // namespace realm::testing
