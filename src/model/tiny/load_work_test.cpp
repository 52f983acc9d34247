// How often loading reads what of a file: a model's bytes are read once, whatever else it does.
#include <atomic>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "gguf/gguf.hpp"
#include "model/tiny/loader_fixture.hpp"

namespace realm::tiny {
namespace {

// Loads the model of `spec`, and says where a byte of a tensor is not read exactly once, or another
// is read behind the header.
void expect_one_read(const Spec& spec, const std::string& path, const std::string& device_name) {
  SCOPED_TRACE(device_name);
  ASSERT_TRUE(write(path, spec));
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(stream), {});
  std::vector<std::atomic<int>> reads(bytes.size());
  auto counted = RandomAccessFile::made_by(
      [&](uint64_t offset, std::span<std::byte> out) -> Result<void> {
        std::memcpy(out.data(), bytes.data() + offset, out.size());
        for (size_t i = 0; i < out.size(); ++i) ++reads[static_cast<size_t>(offset) + i];
        return {};
      },
      bytes.size());
  const auto file = gguf::File::open_single(std::move(counted));
  ASSERT_TRUE(file) << file.error().message;
  for (std::atomic<int>& count : reads) count = 0;  // what the header took
  const auto device = open_device(device_name, {.threads = 3}, {});
  ASSERT_TRUE(device);
  const auto loaded = load_model(*file, **device, {});
  ASSERT_TRUE(loaded) << loaded.error().message;
  int64_t all = 0;
  for (const std::atomic<int>& count : reads) all += count;
  for (const gguf::TensorInfo& tensor : file->tensors()) {
    const auto first = static_cast<size_t>(tensor.offset_bytes);
    for (size_t i = 0; i < tensor.size_bytes; ++i) {
      ASSERT_EQ(reads[first + i], 1) << tensor.name << ", byte " << i;
    }
    all -= static_cast<int64_t>(tensor.size_bytes);
  }
  EXPECT_EQ(all, 0) << "bytes outside of tensors";
}

TEST_F(Loader, ReadsEveryByteOfEveryTensorOnce) {
  for (const Format format : {Format::kF32, Format::kQ4_0, Format::kQ6_K}) {
    SCOPED_TRACE(info(format).name);
    Spec spec;
    spec.format = format;
    spec.dim = 256;
    spec.ff_dim = 768;
    spec.heads = 16;  // times head_dim: whole blocks of 256
    spec.biases = true;
    for (const bool tied : {true, false}) {
      spec.tied = tied;
      expect_one_read(spec, path_, "cpu");
      expect_one_read(spec, path_, "reference");
    }
  }
}

}  // namespace
}  // namespace realm::tiny
