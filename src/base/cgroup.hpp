// How much processor time the control groups of this process grant it.
#pragma once

#include <string>

namespace realm {

/// Processors' worth of time that this process may use: the least quota of its own control group
/// and all above it (version 2: cpu.max; version 1: cpu.cfs_quota_us), e.g. 1.5; 0: no limit.
/// `root` is where /proc and /sys are looked for: another one in tests.
double cgroup_processors(const std::string& root = "");

}  // namespace realm
