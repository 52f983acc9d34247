// Machines that are not here, as files below a folder of their own.
#include "base/machine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/cgroup.hpp"

namespace realm {
namespace {

class FakeRoot : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::filesystem::path(testing::TempDir()) /
            (std::string("machine_") + test.name() + std::to_string(::getpid()));
    std::filesystem::create_directories(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void put(const std::string& path, const std::string& text) {
    const auto file = root_ / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text << "\n";
  }
  void put_cpu(int cpu, int package, const std::string& siblings, const std::string& speed = "") {
    const std::string base = "sys/devices/system/cpu/cpu" + std::to_string(cpu);
    put(base + "/topology/physical_package_id", std::to_string(package));
    put(base + "/topology/core_cpus_list", siblings);
    if (!speed.empty()) put(base + "/cpufreq/cpuinfo_max_freq", speed);
  }
  std::string root() const { return root_.string(); }
  std::vector<int> cpus(const Machine& machine) const {
    std::vector<int> out;
    for (const Core& core : machine.cores) out.push_back(core.cpu);
    return out;
  }

  std::filesystem::path root_;
};

TEST_F(FakeRoot, CountsCoresNotTheirThreads) {
  put("sys/devices/system/cpu/online", "0-3");
  for (int cpu = 0; cpu < 4; ++cpu) put_cpu(cpu, 0, cpu % 2 == 0 ? "0,2" : "1,3");
  const Machine all = read_machine(root(), {0, 1, 2, 3});
  EXPECT_EQ(cpus(all), (std::vector<int>{0, 1}));
  EXPECT_FALSE(all.narrowed);
  EXPECT_EQ(all.threads(), 2);
  // Only the second thread of a core may be used.
  const Machine some = read_machine(root(), {1, 2});
  EXPECT_EQ(cpus(some), (std::vector<int>{1, 2}));
  EXPECT_TRUE(some.narrowed);
}

TEST_F(FakeRoot, FastCoresFirst) {
  put("sys/devices/system/cpu/online", "0-5");
  put_cpu(0, 0, "0", "3600000");
  put_cpu(1, 0, "1", "3600000");
  put_cpu(2, 0, "2-3", "5000000");
  put_cpu(3, 0, "2-3", "5000000");
  put_cpu(4, 0, "4-5", "4800000");  // a favoured core beside: of one kind
  put_cpu(5, 0, "4-5", "4800000");
  const Machine machine = read_machine(root(), {0, 1, 2, 3, 4, 5});
  EXPECT_EQ(cpus(machine), (std::vector<int>{2, 4, 0, 1}));
  EXPECT_FALSE(machine.cores[1].efficient);
  EXPECT_TRUE(machine.cores[2].efficient);
}

TEST_F(FakeRoot, SystemsThatNameTheirSlowCores) {
  put("sys/devices/system/cpu/online", "0-3");
  put("sys/devices/cpu_atom/cpus", "0-1");
  for (int cpu = 0; cpu < 4; ++cpu) put_cpu(cpu, 0, std::to_string(cpu));
  EXPECT_EQ(cpus(read_machine(root(), {0, 1, 2, 3})), (std::vector<int>{2, 3, 0, 1}));
}

// Numbering that goes round the nodes: cores of a node stand together all the same.
TEST_F(FakeRoot, CoresOfANodeStandTogether) {
  put("sys/devices/system/cpu/online", "0-7");
  put("sys/devices/system/node/online", "0-1");
  put("sys/devices/system/node/node0/cpulist", "0,2,4,6");
  put("sys/devices/system/node/node1/cpulist", "1,3,5,7");
  put("proc/sys/kernel/numa_balancing", "1");
  for (int cpu = 0; cpu < 8; ++cpu) put_cpu(cpu, cpu % 2, std::to_string(cpu));
  const Machine machine = read_machine(root(), {0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_EQ(cpus(machine), (std::vector<int>{0, 2, 4, 6, 1, 3, 5, 7}));
  EXPECT_EQ(machine.nodes, 2);
  EXPECT_TRUE(machine.numa_balancing);
  EXPECT_EQ(read_machine(root(), {2, 4}).nodes, 1);
}

TEST_F(FakeRoot, NothingIsKnown) {
  const Machine machine = read_machine(root(), {0, 1, 2});
  EXPECT_EQ(machine.threads(), 3);
  EXPECT_EQ(machine.nodes, 1);
  EXPECT_FALSE(machine.narrowed);
  put("sys/devices/system/cpu/online", "rubbish,9999999,-4,3-");
  put("sys/devices/system/node/online", "-,,");
  EXPECT_EQ(read_machine(root(), {0, 1, 2}).threads(), 3);
}

TEST_F(FakeRoot, LeastQuotaOfAllGroupsAbove) {
  put("proc/self/cgroup", "0::/user/job/step");
  put("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw");
  EXPECT_EQ(cgroup_processors(root()), 0);
  put("sys/fs/cgroup/user/job/step/cpu.max", "max 100000");
  EXPECT_EQ(cgroup_processors(root()), 0);
  put("sys/fs/cgroup/user/cpu.max", "400000 100000");
  EXPECT_EQ(cgroup_processors(root()), 4);
  put("sys/fs/cgroup/user/job/cpu.max", "150000 100000");
  EXPECT_EQ(cgroup_processors(root()), 1.5);
  put("sys/fs/cgroup/cpu.max", "50000 100000");
  EXPECT_EQ(cgroup_processors(root()), 0.5);
  for (int cpu = 0; cpu < 8; ++cpu) put_cpu(cpu, 0, std::to_string(cpu));
  EXPECT_EQ(read_machine(root(), {0, 1, 2, 3}).threads(), 1);
  put("sys/fs/cgroup/cpu.max", "rubbish");
  put("sys/fs/cgroup/user/job/cpu.max", "299000 100000");
  EXPECT_EQ(read_machine(root(), {0, 1, 2, 3}).threads(), 2);
}

TEST_F(FakeRoot, GroupsOfVersionOneAndBoth) {
  put("proc/self/cgroup", "9:cpuset:/\n4:memory:/m\n1:cpu,cpuacct:/docker/abc\n0::/\n");
  put("proc/self/mountinfo",
      "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
      "32 31 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
      "33 31 0:30 /docker /sys/fs/cgroup/cpu rw shared:3 - cgroup cgroup rw,cpu,cpuacct\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  put("sys/fs/cgroup/cpu/abc/cpu.cfs_quota_us", "-1");
  put("sys/fs/cgroup/cpu/abc/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cgroup_processors(root()), 0);
  put("sys/fs/cgroup/cpu/abc/cpu.cfs_quota_us", "300000");
  EXPECT_EQ(cgroup_processors(root()), 3);
  put("sys/fs/cgroup/unified/cpu.max", "200000 100000");
  EXPECT_EQ(cgroup_processors(root()), 2);
}

}  // namespace
}  // namespace realm
