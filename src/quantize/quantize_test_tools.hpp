// What tests of whole files share: a folder of their own, tensors of random values, written files.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "formats/encode.hpp"
#include "gguf/gguf.hpp"
#include "gguf/writer.hpp"
#include "realm/quantize.hpp"

namespace realm {

namespace fs = std::filesystem;
constexpr unsigned kSeed = 20261124;

using Entries = std::vector<std::pair<std::string, gguf::Value>>;

struct Tensor {
  std::string name;
  Format format;
  Shape shape;
  std::vector<float> values;
};

inline std::vector<float> random_values(int64_t count, unsigned seed) {
  std::mt19937 random(kSeed + seed);
  std::normal_distribution<float> normal(0, 0.1f);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = normal(random);
  return values;
}

inline Tensor random_tensor(std::string name, Format format, Shape shape) {
  const auto seed = static_cast<unsigned>(std::hash<std::string>()(name));
  return {std::move(name), format, shape, random_values(shape.elems(), seed)};
}

inline std::vector<std::byte> encoded(Format format, const std::vector<float>& values) {
  std::vector<std::byte> bytes(*row_bytes(format, values.size()));
  EXPECT_TRUE(encode_row(format, values, bytes));
  return bytes;
}

inline std::vector<std::byte> bytes_of(const gguf::File& file, const std::string& name) {
  const gguf::TensorInfo* tensor = file.find(name);
  EXPECT_NE(tensor, nullptr) << name;
  std::vector<std::byte> bytes(tensor->size_bytes);
  EXPECT_TRUE(file.read(*tensor, bytes));
  return bytes;
}

inline std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Quantize : public testing::Test {
 protected:
  Quantize()
      : folder_(fs::path(testing::TempDir()) / ("realm_quantize_" + std::to_string(getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Quantize() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  size_t files() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  std::string write(const std::string& name, const Entries& entries,
                    const std::vector<Tensor>& tensors, gguf::WriterOptions options = {}) const {
    auto writer = gguf::Writer::create(path(name), options);
    for (const auto& entry : entries) EXPECT_TRUE(writer->set(entry.first, entry.second));
    for (const Tensor& t : tensors) EXPECT_TRUE(writer->add_tensor(t.name, t.format, t.shape));
    for (const Tensor& t : tensors) EXPECT_TRUE(writer->write(encoded(t.format, t.values)));
    EXPECT_TRUE(writer->finish());
    return path(name);
  }

  static QuantizeOptions options(std::string type, int threads = 2) {
    QuantizeOptions options;
    options.type = std::move(type);
    options.threads = threads;
    return options;
  }

  fs::path folder_;
};

}  // namespace realm
