#include "gguf/value.hpp"

#include <gtest/gtest.h>

#include "gguf/metadata.hpp"

namespace realm::gguf {
namespace {

TEST(Value, TypesHaveGgufsNumbersAndNames) {
  EXPECT_EQ(Value(uint8_t{1}).type(), ValueType::kUint8);
  EXPECT_EQ(Value(1.0f).type(), ValueType::kFloat32);
  EXPECT_EQ(Value(true).type(), ValueType::kBool);
  EXPECT_EQ(Value("text").type(), ValueType::kString);
  EXPECT_EQ(Value(uint64_t{1}).type(), ValueType::kUint64);
  EXPECT_EQ(Value(1.0).type(), ValueType::kFloat64);
  EXPECT_EQ(Value(int64_t{1}).type_name(), "int64");
  EXPECT_EQ(to_string(static_cast<ValueType>(13)), "unknown");
}

TEST(Value, ArraysComeBack) {
  const std::vector<std::string> texts = {"a", "", "long enough to be on the heap, surely"};
  const Array strings = Array::of_strings(texts);
  const auto views = strings.strings();
  EXPECT_EQ(std::vector<std::string>(views.begin(), views.end()), texts);
  EXPECT_EQ(Value(strings).type_name(), "array of string");

  const std::vector<int16_t> numbers = {-3, 0, 32767};
  const Array ints = Array::of_numbers(std::span<const int16_t>(numbers));
  EXPECT_EQ(ints.type(), ValueType::kInt16);
  EXPECT_EQ(ints.values(), (std::vector<Value>{int16_t{-3}, int16_t{0}, int16_t{32767}}));
  EXPECT_TRUE(ints.strings().empty());

  const Array nested = Array::of(ValueType::kArray, std::vector<Value>{strings, ints});
  EXPECT_EQ(nested.values(), (std::vector<Value>{strings, ints}));
}

Metadata sample() {
  Metadata metadata;
  EXPECT_TRUE(metadata.add("u32", uint32_t{4000000000}, 100));
  EXPECT_TRUE(metadata.add("i8", int8_t{-1}, 110));
  EXPECT_TRUE(metadata.add("f32", 1.5f, 120));
  EXPECT_TRUE(metadata.add("flag", true, 130));
  EXPECT_TRUE(metadata.add("text", "hello", 140));
  const std::vector<std::string> texts = {"x", "y"};
  EXPECT_TRUE(metadata.add("texts", Array::of_strings(texts), 150));
  const std::vector<int32_t> ints = {1, -2};
  EXPECT_TRUE(metadata.add("ints", Array::of_numbers(std::span<const int32_t>(ints)), 160));
  return metadata;
}

TEST(Metadata, GetsWhatFits) {
  const Metadata m = sample();
  EXPECT_EQ(*m.get<uint32_t>("u32"), 4000000000u);
  EXPECT_EQ(*m.get<int64_t>("u32"), 4000000000);
  EXPECT_EQ(*m.get<int32_t>("i8"), -1);
  EXPECT_EQ(*m.get<double>("f32"), 1.5);
  EXPECT_EQ(*m.get<float>("i8"), -1.0f);
  EXPECT_EQ(*m.get<bool>("flag"), true);
  EXPECT_EQ(*m.get<std::string>("text"), "hello");
  EXPECT_EQ(*m.get<std::vector<std::string>>("texts"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(*m.get<std::vector<int64_t>>("ints"), (std::vector<int64_t>{1, -2}));
  EXPECT_EQ(*m.get<std::vector<float>>("ints"), (std::vector<float>{1, -2}));
  EXPECT_EQ(*m.get_or<uint32_t>("absent", 7), 7u);
  EXPECT_EQ(m.get_optional<uint32_t>("absent")->has_value(), false);
  EXPECT_EQ(m.find("absent"), nullptr);
  EXPECT_EQ(m.entries().size(), 7u);
}

TEST(Metadata, RefusesWithKeyExpectedAndFound) {
  const Metadata m = sample();
  const auto story = [](const auto& result) {
    EXPECT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, Code::kCorruptFile);
    return result.error().message;
  };
  EXPECT_EQ(story(m.get<uint32_t>("absent")), "key absent: missing, expected uint32");
  EXPECT_EQ(story(m.get<int32_t>("u32")),
            "key u32 at byte 100: expected int32, found uint32 4000000000");
  EXPECT_EQ(story(m.get<uint8_t>("i8")), "key i8 at byte 110: expected uint8, found int8 -1");
  EXPECT_EQ(story(m.get<bool>("i8")), "key i8 at byte 110: expected bool, found int8 -1");
  EXPECT_EQ(story(m.get<uint32_t>("flag")), "key flag at byte 130: expected uint32, found bool");
  EXPECT_EQ(story(m.get<int32_t>("f32")), "key f32 at byte 120: expected int32, found float32 1.5");
  EXPECT_EQ(story(m.get_or<std::string>("texts", "")),
            "key texts at byte 150: expected string, found array of string");
  EXPECT_EQ(story(m.get<std::vector<uint32_t>>("ints")),
            "key ints at byte 160: expected array of uint32, found array of int32");
  EXPECT_EQ(story(m.get<std::vector<uint32_t>>("text")),
            "key text at byte 140: expected array of uint32, found string");
}

TEST(Metadata, KeepsTheFirstOfTwo) {
  Metadata m = sample();
  EXPECT_FALSE(m.add("text", "again", 999));
  EXPECT_EQ(*m.get<std::string>("text"), "hello");
}

TEST(Metadata, NamesInErrorsCannotDriveATerminal) {
  EXPECT_EQ(printable("blk.0.attn_q.weight"), "blk.0.attn_q.weight");
  EXPECT_EQ(printable("a\x1b[2J\n\\\xff"), "a\\x1b[2J\\x0a\\x5c\\xff");
  EXPECT_EQ(printable(std::string(500, 'x')), std::string(120, 'x') + "... (500 bytes)");
}

}  // namespace
}  // namespace realm::gguf
