#include "backend/registry.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "backend/cpu/isa.hpp"

namespace realm {
namespace {

std::string failure(const std::string& name, const DeviceOptions& options = {}) {
  auto device = open_device(name, options, {});
  EXPECT_FALSE(device) << name;
  return device ? "" : device.error().message;
}

TEST(Registry, ListsEveryBackendThatWasTried) {
  const auto devices = list_devices();
  std::string names;
  for (const DeviceListing& d : devices) {
    names += d.name + " ";
    EXPECT_NE(d.description.empty(), d.unavailable.empty()) << d.name;
  }
  EXPECT_EQ(names, "cuda metal webgpu cpu reference ");
}

TEST(Registry, OpensByName) {
  for (const std::string name : {"cpu", "cpu:0", "reference"}) {
    auto device = open_device(name, {.threads = 1, .cpu_isa = ""}, {});
    ASSERT_TRUE(device) << device.error().message;
    EXPECT_EQ((*device)->info().name, name.substr(0, name.find(':')));
    EXPECT_TRUE(missing_ops(**device).empty());
  }
}

TEST(Registry, PreciseIsOfRoundingDevices) {
  auto usual = open_device("cpu", {.threads = 1}, {});
  auto precise = open_device("cpu", {.threads = 1, .precise = true}, {});
  auto reference = open_device("reference", {.precise = true}, {});
  ASSERT_TRUE(usual && precise && reference);
  EXPECT_EQ((*usual)->info().activations, Activations::kInt8Block32);
  EXPECT_EQ((*usual)->info().cache_format, Format::kF16);
  EXPECT_EQ((*usual)->info().description.find("16-bit"), std::string::npos);
  EXPECT_EQ((*precise)->info().activations, Activations::kInt16Block32);
  EXPECT_EQ((*precise)->info().cache_format, Format::kF32);
  EXPECT_NE((*precise)->info().description.find("16-bit activations"), std::string::npos);
  EXPECT_EQ((*reference)->info().activations, Activations::kFloat);
  EXPECT_EQ((*reference)->info().cache_format, Format::kF32);
}

TEST(Registry, ABlasIsOfTheCpu) {
  EXPECT_NE(failure("reference", {.blas = "auto"}).find("takes no BLAS"), std::string::npos);
  EXPECT_NE(failure("cpu", {.blas = "/nowhere/libnone.so"}).find("/nowhere/libnone.so"),
            std::string::npos);
  std::vector<std::string> lines;
  const LogSink log = [&](LogLevel, const std::string& line) { lines.push_back(line); };
  auto device = open_device("cpu", {.threads = 1, .blas = "auto"}, log);
  if (!device) {
    EXPECT_NE(device.error().message.find("libopenblas.so.0"), std::string::npos);
    GTEST_SKIP() << device.error().message;
  }
  EXPECT_FALSE((*device)->info().same_bits);
  EXPECT_NE((*device)->info().description.find((*device)->info().blas), std::string::npos);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find("bits may depend on batch and threads"), std::string::npos) << lines[0];
}

TEST(Registry, AutoReportsWhatItPassesOver) {
  std::vector<std::string> lines;
  const LogSink log = [&](LogLevel, const std::string& line) { lines.push_back(line); };
  auto device = open_device("auto", {.threads = 1, .cpu_isa = ""}, log);
  ASSERT_TRUE(device);
  ASSERT_LE(lines.size(), 1u);
  for (const DeviceListing& d : list_devices()) {
    if (d.name == (*device)->info().name) break;
    EXPECT_FALSE(d.unavailable.empty());
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_NE(lines[0].find(d.name), std::string::npos) << lines[0];
    EXPECT_NE(lines[0].find(d.unavailable), std::string::npos) << lines[0];
  }
}

TEST(Registry, SaysWhyADeviceIsNotThere) {
  EXPECT_NE(failure("metal").find("metal"), std::string::npos);
  EXPECT_NE(failure("cpu:1").find("only cpu:0"), std::string::npos);
  for (const char* wrong : {"", "gpu", "cpu:", "cpu:x", "cpu:-1", ":0", "auto:0", "cpu:99999"}) {
    EXPECT_NE(failure(wrong).find("no device is called"), std::string::npos) << wrong;
  }
}

TEST(Registry, ForcesAnInstructionSetOrSaysWhatLacks) {
  for (const cpu::Variant& variant : cpu::variants()) {
    const DeviceOptions options{.threads = 1, .cpu_isa = std::string(variant.name)};
    if (!variant.present) {
      EXPECT_NE(failure("cpu", options).find(variant.missing), std::string::npos);
      continue;
    }
    auto device = open_device("cpu", options, {});
    ASSERT_TRUE(device) << device.error().message;
    EXPECT_EQ((*device)->info().variant, variant.name);
  }
  EXPECT_NE(failure("cpu", {.threads = 1, .cpu_isa = "mmx"}).find("baseline"), std::string::npos);
}

TEST(Registry, EnvironmentChoosesWhereNobodyElseDid) {
  ASSERT_EQ(setenv("REALM_CPU_ISA", "baseline", 1), 0);
  auto device = open_device("cpu", {.threads = 1, .cpu_isa = ""}, {});
  ASSERT_TRUE(device);
  EXPECT_EQ((*device)->info().variant, "baseline");
  ASSERT_EQ(setenv("REALM_CPU_ISA", "mmx", 1), 0);
  EXPECT_NE(failure("cpu").find("REALM_CPU_ISA"), std::string::npos);
  ASSERT_EQ(unsetenv("REALM_CPU_ISA"), 0);

  ASSERT_EQ(setenv("REALM_DEVICE", "reference", 1), 0);
  EXPECT_EQ(device_or_default(""), "reference");
  EXPECT_EQ(device_or_default("cpu"), "cpu");
  ASSERT_EQ(unsetenv("REALM_DEVICE"), 0);
  EXPECT_EQ(device_or_default(""), "auto");
}

}  // namespace
}  // namespace realm
