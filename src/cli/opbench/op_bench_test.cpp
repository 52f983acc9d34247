#include "cli/opbench/op_bench.hpp"

#include <gtest/gtest.h>

namespace realm::cli {
namespace {

TEST(OpSpeed, PercentagesFollowFromBytesAndProducts) {
  const std::optional<Ceilings> ceilings = Ceilings{1e9, 4e9, 1e9};
  OpSpeed row{.op = "linear",
              .format = "Q4_0",
              .batch = 1,
              .seconds = 0.5,
              .macs = 1e9,
              .bytes = 1e8,
              .integers = true};
  EXPECT_DOUBLE_EQ(*row.read_percent(ceilings), 20);
  EXPECT_DOUBLE_EQ(*row.multiply_percent(ceilings), 50);
  row.integers = false;
  EXPECT_DOUBLE_EQ(*row.multiply_percent(ceilings), 200);
  row.macs = 0;
  EXPECT_FALSE(row.multiply_percent(ceilings));
  EXPECT_FALSE(row.read_percent({}));
  EXPECT_EQ(op_sheet({row}, ceilings).csv(),
            "op,format,batch,microseconds,gmacs_per_second,gbytes_per_second,read_percent,"
            "multiply_percent\n"
            "linear,Q4_0,1,500000,,0.2,20,\n");
}

}  // namespace
}  // namespace realm::cli
