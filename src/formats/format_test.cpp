#include "realm/format.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "formats/table.hpp"

namespace realm {
namespace {

TEST(Format, TableIsInTheOrderOfItsNumbersAndFoundByBoth) {
  const FormatInfo* last = nullptr;
  for (const FormatInfo* row = formats_begin(); row != formats_end(); ++row) {
    if (last != nullptr) {
      EXPECT_LT(last->format, row->format);
    }
    EXPECT_EQ(find_format(static_cast<uint32_t>(row->format)), row);
    EXPECT_EQ(find_format(row->name), row);
    EXPECT_EQ(&info(row->format), row);
    last = row;
  }
  EXPECT_GE(formats_end() - formats_begin(), 20);
}

TEST(Format, NamesAreFoundInAnyCase) {
  ASSERT_NE(find_format("q4_k"), nullptr);
  EXPECT_EQ(find_format("q4_k")->format, Format::kQ4_K);
  EXPECT_EQ(find_format("Q4_"), nullptr);
  EXPECT_EQ(find_format(""), nullptr);
}

TEST(Format, RefusedTypesHaveTheirNames) {
  EXPECT_EQ(find_format(16u), nullptr);
  EXPECT_EQ(gguf_type_name(16), "IQ2_XXS");
  EXPECT_EQ(gguf_type_name(12), "Q4_K");
  EXPECT_EQ(gguf_type_name(99), "unknown");
}

TEST(Format, RowBytesTakesWholeBlocksOnly) {
  EXPECT_EQ(row_bytes(Format::kQ4_K, 512), 288u);
  EXPECT_EQ(row_bytes(Format::kQ4_K, 0), 0u);
  EXPECT_FALSE(row_bytes(Format::kQ4_K, 511));
  EXPECT_FALSE(row_bytes(Format::kF64, std::numeric_limits<uint64_t>::max() / 4));
}

TEST(Format, NumbersAreNoWeights) {
  for (const char* name : {"I8", "I16", "I32", "I64", "F64"}) {
    EXPECT_FALSE(is_decodable(find_format(name)->format)) << name;
  }
  EXPECT_TRUE(is_decodable(Format::kBF16));
  EXPECT_TRUE(is_decodable(Format::kQ8_K));
}

}  // namespace
}  // namespace realm
