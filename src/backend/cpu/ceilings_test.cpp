#include "backend/cpu/ceilings.hpp"

#include <gtest/gtest.h>

#include "backend/cpu/isa.hpp"

namespace realm {
namespace {

class EveryVariant : public ::testing::TestWithParam<cpu::Variant> {};

// Bounds that every machine of these years keeps, and an emulated one: what lies outside was not
// measured, but optimized away, or counted wrong.
TEST_P(EveryVariant, CeilingsAreThoseOfAMachine) {
  if (!GetParam().present) GTEST_SKIP() << "this machine lacks " << GetParam().missing;
  const auto found = measure_cpu_ceilings(GetParam().name, 1);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_GT(found->read_bytes_per_second, 1e6);
  EXPECT_LT(found->read_bytes_per_second, 2e11);
  EXPECT_GT(found->int8_macs_per_second, 1e6);
  EXPECT_LT(found->int8_macs_per_second, 2e13);
  EXPECT_GT(found->float_macs_per_second, 1e6);
  EXPECT_LT(found->float_macs_per_second, 1e12);
}

INSTANTIATE_TEST_SUITE_P(Cpu, EveryVariant, ::testing::ValuesIn(cpu::variants()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Ceilings, UnknownVariantsAreRefused) { EXPECT_FALSE(measure_cpu_ceilings("mmx", 1)); }

}  // namespace
}  // namespace realm
