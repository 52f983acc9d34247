#include "base/machine.hpp"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "base/cgroup.hpp"

namespace realm {
namespace {

// "0-3,8,10-11"
std::vector<int> read_list(const std::string& path) {
  std::vector<int> out;
  std::ifstream file(path);
  for (std::string part; std::getline(file, part, ',');) {
    std::istringstream words(part);
    int first = 0;
    if (!(words >> first) || first < 0 || first >= CPU_SETSIZE) continue;
    int last = first;
    char dash = 0;
    if (words >> dash && (dash != '-' || !(words >> last))) continue;
    for (int cpu = first; cpu <= std::min(last, CPU_SETSIZE - 1); ++cpu) out.push_back(cpu);
  }
  return out;
}

int64_t read_number(const std::string& path, int64_t fallback) {
  int64_t value = 0;
  std::ifstream file(path);
  return file >> value ? value : fallback;
}

std::vector<int> cpus_of_this_process() {
  std::vector<int> out;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &set)) out.push_back(cpu);
    }
  } else {
    const int count = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    for (int cpu = 0; cpu < count; ++cpu) out.push_back(cpu);
  }
  return out;
}

std::map<int, int> nodes_of_cpus(const std::string& root) {
  std::map<int, int> out;
  const std::string base = root + "/sys/devices/system/node/";
  for (const int node : read_list(base + "online")) {
    for (const int cpu : read_list(base + "node" + std::to_string(node) + "/cpulist")) {
      out[cpu] = node;
    }
  }
  return out;
}

// Two speeds of one machine differ by the kind of their cores when one is below 80 % of the other:
// favoured cores of one kind clock up to a tenth higher.
bool is_slower(int64_t capacity, int64_t fastest) { return capacity * 10 < fastest * 8; }

}  // namespace

Machine read_machine(const std::string& root, const std::vector<int>& allowed) {
  Machine machine;
  const std::vector<int> cpus = allowed.empty() ? cpus_of_this_process() : allowed;
  const std::map<int, int> nodes = nodes_of_cpus(root);
  const std::vector<int> atoms = read_list(root + "/sys/devices/cpu_atom/cpus");
  std::set<int> seen;  // cores
  std::set<int> used_nodes;
  int64_t fastest = 0;
  for (const int cpu : cpus) {
    const std::string base = root + "/sys/devices/system/cpu/cpu" + std::to_string(cpu);
    // Two threads of one core share its multipliers. Where the system does not tell, each is one.
    std::vector<int> siblings = read_list(base + "/topology/core_cpus_list");
    if (siblings.empty()) siblings = read_list(base + "/topology/thread_siblings_list");
    if (!seen.insert(siblings.empty() ? cpu : siblings.front()).second) continue;
    const auto node = nodes.find(cpu);
    Core found{.cpu = cpu,
               .package = static_cast<int>(read_number(base + "/topology/physical_package_id", 0)),
               .node = node == nodes.end() ? 0 : node->second};
    found.capacity =
        read_number(base + "/cpu_capacity", read_number(base + "/cpufreq/cpuinfo_max_freq", 0));
    found.efficient = std::find(atoms.begin(), atoms.end(), cpu) != atoms.end();
    fastest = std::max(fastest, found.capacity);
    used_nodes.insert(found.node);
    machine.cores.push_back(found);
  }
  for (Core& core : machine.cores) core.efficient |= is_slower(core.capacity, fastest);
  std::stable_sort(machine.cores.begin(), machine.cores.end(), [](const Core& a, const Core& b) {
    if (a.efficient != b.efficient) return b.efficient;
    return a.node != b.node ? a.node < b.node : a.package < b.package;
  });
  machine.nodes = std::max(1, static_cast<int>(used_nodes.size()));
  machine.narrowed = cpus.size() < read_list(root + "/sys/devices/system/cpu/online").size();
  machine.quota = cgroup_processors(root);
  machine.numa_balancing = read_number(root + "/proc/sys/kernel/numa_balancing", 0) != 0;
  return machine;
}

int Machine::threads() const {
  int count = std::max(1, static_cast<int>(cores.size()));
  if (quota > 0) count = std::min(count, std::max(1, static_cast<int>(quota)));
  return count;
}

}  // namespace realm
