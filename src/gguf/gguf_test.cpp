// What the writer writes, the reader reads: in one file and in parts, through both kinds of access.
// Files that must be refused: tests/gguf.
#include "gguf/gguf.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>

#include "base/str.hpp"
#include "gguf/writer.hpp"

namespace realm::gguf {
namespace {

namespace fs = std::filesystem;

class GgufFile : public testing::Test {
 protected:
  GgufFile() : folder_(fs::path(testing::TempDir()) / (str("realm_gguf_", getpid()))) {
    fs::create_directories(folder_);
  }
  ~GgufFile() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

struct Plan {
  std::string name;
  Format format;
  Shape shape;
};

std::vector<std::byte> random_bytes(std::mt19937_64& rng, uint64_t count) {
  std::vector<std::byte> out(count);
  for (std::byte& b : out) b = static_cast<std::byte>(rng());
  return out;
}

uint64_t bytes_of(const Plan& plan) {
  return *row_bytes(plan.format, static_cast<uint64_t>(plan.shape.cols())) *
         static_cast<uint64_t>(plan.shape.rows());
}

// Writes the tensors with their data in pieces of odd sizes.
void write_file(const std::string& path, const std::vector<std::pair<std::string, Value>>& keys,
                const std::vector<Plan>& plans, const std::vector<std::vector<std::byte>>& data,
                std::optional<uint32_t> alignment = {}) {
  auto writer = Writer::create(path, {.alignment = alignment});
  ASSERT_TRUE(writer) << writer.error().message;
  for (const auto& [key, value] : keys) ASSERT_TRUE(writer->set(key, value)) << key;
  for (const Plan& plan : plans) {
    const auto ok = writer->add_tensor(plan.name, plan.format, plan.shape);
    ASSERT_TRUE(ok) << ok.error().message;
  }
  std::vector<std::byte> all;
  for (const auto& bytes : data) all.insert(all.end(), bytes.begin(), bytes.end());
  size_t piece = 1;
  for (size_t at = 0; at < all.size(); at += piece, piece = piece * 3 % 1009 + 1) {
    const auto ok = writer->write(std::span(all).subspan(at, std::min(piece, all.size() - at)));
    ASSERT_TRUE(ok) << ok.error().message;
  }
  const auto ok = writer->finish();
  ASSERT_TRUE(ok) << ok.error().message;
}

std::vector<std::pair<std::string, Value>> one_of_each() {
  const std::vector<float> floats = {1.5f, -0.0f, INFINITY};
  const std::vector<std::string> texts = {"", "two", std::string("nul\0nul", 7)};
  const Array strings = Array::of_strings(texts);
  const Array nested = Array::of(ValueType::kArray, std::vector<Value>{strings, strings});
  return {{"general.architecture", "llama"},
          {"k.u8", uint8_t{255}},
          {"k.i8", int8_t{-128}},
          {"k.u16", uint16_t{65535}},
          {"k.i16", int16_t{-32768}},
          {"k.u32", uint32_t{4294967295}},
          {"k.i32", int32_t{-2147483647}},
          {"k.f32", 0.1f},
          {"k.true", true},
          {"k.false", false},
          {"k.u64", UINT64_MAX},
          {"k.i64", INT64_MIN},
          {"k.f64", 0.1},
          {"k.floats", Array::of_numbers(std::span<const float>(floats))},
          {"k.strings", strings},
          {"k.nested", nested},
          {"k.empty", Array::of(ValueType::kInt32, {})}};
}

std::vector<Plan> every_format() {
  std::vector<Plan> plans;
  for (const FormatInfo* row = formats_begin(); row != formats_end(); ++row) {
    const auto cols = static_cast<int64_t>(row->block_elems) * 3;
    plans.push_back({str("t.", row->name), row->format, Shape{5, cols}});
  }
  plans.push_back({"rank1", Format::kF16, Shape{7}});
  plans.push_back({"rank3", Format::kQ4_0, Shape{2, 3, 32}});
  plans.push_back({"rank4", Format::kF32, Shape{2, 1, 3, 5}});
  return plans;
}

TEST_F(GgufFile, RoundTripOfEveryTypeAndFormat) {
  const uint64_t seed = 20261124;
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 rng(seed);
  const auto plans = every_format();
  std::vector<std::vector<std::byte>> data;
  for (const Plan& plan : plans) data.push_back(random_bytes(rng, bytes_of(plan)));

  for (const uint32_t alignment : {8u, 32u, 256u}) {
    write_file(path("all.gguf"), one_of_each(), plans, data, alignment);
    for (const FileAccess access : {FileAccess::kMmap, FileAccess::kRead}) {
      const auto file = File::open(path("all.gguf"), {.access = access});
      ASSERT_TRUE(file) << file.error().message;
      EXPECT_EQ(file->version(), 3u);
      EXPECT_EQ(file->parts(), 1);
      EXPECT_EQ(file->size_bytes(), fs::file_size(path("all.gguf")));
      for (const auto& [key, value] : one_of_each()) {
        const Value* found = file->metadata().find(key);
        ASSERT_NE(found, nullptr) << key;
        EXPECT_EQ(*found, value) << key;
      }
      ASSERT_EQ(file->tensors().size(), plans.size());
      for (size_t i = 0; i < plans.size(); ++i) {
        const TensorInfo& tensor = file->tensors()[i];
        EXPECT_EQ(tensor.name, plans[i].name);
        EXPECT_EQ(tensor.format, plans[i].format);
        EXPECT_EQ(tensor.shape, plans[i].shape);
        EXPECT_EQ(tensor.offset_bytes % alignment, 0u);
        EXPECT_EQ(file->find(tensor.name), &tensor);
        std::vector<std::byte> whole(tensor.size_bytes);
        ASSERT_TRUE(file->read(tensor, whole));
        EXPECT_EQ(whole, data[i]) << tensor.name;
        const auto mapped = file->bytes(tensor);
        if (access == FileAccess::kRead) {
          EXPECT_TRUE(mapped.empty());
        } else {
          file->release(tensor);
          EXPECT_TRUE(std::equal(mapped.begin(), mapped.end(), data[i].begin(), data[i].end()));
        }
      }
    }
  }
}

TEST_F(GgufFile, ReadsRows) {
  std::mt19937_64 rng(1);
  const Plan plan{"m", Format::kQ4_1, Shape{2, 5, 64}};
  const auto data = random_bytes(rng, bytes_of(plan));
  write_file(path("rows.gguf"), {}, {plan}, {data});
  const auto file = File::open(path("rows.gguf"), {.access = FileAccess::kRead});
  ASSERT_TRUE(file);
  const TensorInfo& tensor = **file->tensor("m");
  EXPECT_EQ(tensor.row_bytes(), 40u);
  std::vector<std::byte> rows(3 * 40);
  ASSERT_TRUE(file->read_rows(tensor, 6, 3, rows));
  EXPECT_TRUE(std::equal(rows.begin(), rows.end(), data.begin() + 6 * 40));
  EXPECT_TRUE(file->read_rows(tensor, 10, 0, {}));

  struct Wrong {
    int64_t first, count;
    size_t bytes;
  };
  for (const Wrong& wrong : {Wrong{8, 3, 120}, Wrong{-1, 3, 120}, Wrong{11, 0, 0}, Wrong{0, -1, 0},
                             Wrong{INT64_MAX, INT64_MAX, 120}, Wrong{0, 3, 119}}) {
    const auto refused =
        file->read_rows(tensor, wrong.first, wrong.count, std::span(rows).first(wrong.bytes));
    ASSERT_FALSE(refused) << wrong.first << " " << wrong.count;
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    EXPECT_NE(refused.error().message.find("tensor m at byte"), std::string::npos);
  }
  const auto missing = file->tensor("absent");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "tensor absent: missing");
}

TEST_F(GgufFile, VocabularyOnlyFileHasNoTensors) {
  write_file(path("vocab.gguf"), {{"general.architecture", "llama"}}, {}, {});
  const auto file = File::open(path("vocab.gguf"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->tensors().empty());
  EXPECT_EQ(*file->metadata().get<std::string>("general.architecture"), "llama");
}

TEST_F(GgufFile, Version2IsRead) {
  write_file(path("v3.gguf"), one_of_each(), {}, {});
  std::ifstream in(path("v3.gguf"), std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  bytes[4] = 2;
  const auto file = File::open_bytes(std::as_bytes(std::span(bytes)));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->version(), 2u);
  EXPECT_EQ(file->metadata().entries().size(), one_of_each().size());
}

class GgufSplit : public GgufFile {
 protected:
  std::string part(int no) const { return path(str("m-0000", no, "-of-00003.gguf")); }
  void write_part(int no, uint16_t split_no, uint16_t count, const std::string& tensor,
                  int32_t total = 3) {
    write_file(part(no),
               {{"general.name", str("part ", no)},
                {"split.no", split_no},
                {"split.count", count},
                {"split.tensors.count", total}},
               {{tensor, Format::kI8, Shape{8}}},
               {std::vector<std::byte>(8, static_cast<std::byte>(no))});
  }
  void write_all() {
    for (int no = 1; no <= 3; ++no) {
      write_part(no, static_cast<uint16_t>(no - 1), 3, str("t", no));
    }
  }
  std::string refused(Code code) {
    const auto file = File::open(part(1));
    EXPECT_FALSE(file.has_value());
    if (file) return "";
    EXPECT_EQ(file.error().code, code) << file.error().message;
    return file.error().message;
  }
};

TEST_F(GgufSplit, PartsAreOneModel) {
  write_all();
  const auto file = File::open(part(1));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->parts(), 3);
  EXPECT_EQ(*file->metadata().get<std::string>("general.name"), "part 1");
  ASSERT_EQ(file->tensors().size(), 3u);
  for (int no = 1; no <= 3; ++no) {
    const TensorInfo& tensor = **file->tensor(str("t", no));
    EXPECT_EQ(tensor.part, no - 1);
    EXPECT_EQ(file->bytes(tensor)[7], static_cast<std::byte>(no));
  }
}

TEST_F(GgufSplit, RefusesPartsThatDoNotFit) {
  write_all();
  const auto second = File::open(part(2));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kInvalidArgument);
  EXPECT_NE(second.error().message.find("-00001-of-00003.gguf"), std::string::npos);

  fs::rename(part(3), path("gone"));
  EXPECT_NE(refused(Code::kNotFound).find(part(3)), std::string::npos);

  write_part(3, 1, 3, "t3");
  EXPECT_NE(refused(Code::kCorruptFile).find(part(3) + ": key split.no at byte"),
            std::string::npos);
  write_part(3, 2, 4, "t3");
  EXPECT_NE(refused(Code::kCorruptFile).find("part 3 of 4"), std::string::npos);
  write_part(3, 2, 3, "t2");
  EXPECT_NE(refused(Code::kCorruptFile).find("tensor t2 at byte"), std::string::npos);
  write_part(3, 2, 3, "t3");
  write_part(1, 0, 3, "t1", 4);
  EXPECT_NE(refused(Code::kCorruptFile).find("4 tensors, found 3"), std::string::npos);

  fs::rename(part(1), path("renamed.gguf"));
  const auto renamed = File::open(path("renamed.gguf"));
  ASSERT_FALSE(renamed);
  EXPECT_NE(renamed.error().message.find("-00001-of-00003.gguf"), std::string::npos);
}

TEST_F(GgufFile, WhatIsNoFileIsRefused) {
  const auto absent = File::open(path("absent.gguf"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, Code::kNotFound);
  const auto folder = File::open(folder_.string());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, Code::kInvalidArgument);
}

// A file that is cut short while it is open: an error with the tensor's name.
TEST_F(GgufFile, FileThatShrinksIsAnErrorUnderRead) {
  const Plan plan{"m", Format::kF32, Shape{1024}};
  write_file(path("cut.gguf"), {}, {plan}, {std::vector<std::byte>(4096)});
  const auto file = File::open(path("cut.gguf"), {.access = FileAccess::kRead});
  ASSERT_TRUE(file);
  fs::resize_file(path("cut.gguf"), 1000);
  std::vector<std::byte> out(4096);
  const auto refused = file->read(**file->tensor("m"), out);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("tensor m at byte"), std::string::npos);
  EXPECT_NE(refused.error().message.find("became shorter"), std::string::npos);
}

}  // namespace
}  // namespace realm::gguf
